"""Who reads a place's runs prints them: pictures and sheets whose codes lead to the run."""

from __future__ import annotations

import io
from datetime import datetime

import pypdfium2
import pytest
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from server import clock
from server.leaflets.models import PrintRun
from tests.factories.accounts import sign_in
from tests.factories.leaflets import make_run, make_version
from tests.factories.reviews import make_reviewer


@pytest.fixture
def headers(client: FlaskClient, session: Session, now: datetime) -> dict[str, str]:
    return sign_in(client, session, clock.now(), make_reviewer(session, now))


def read(image: Image.Image) -> set[str]:
    return {one.text for one in zxingcpp.read_barcodes(image)}


def address(run: PrintRun) -> str:
    return f"HTTP://LOCALHOST:8000/Q/{run.code}"


def codes_of(pdf: bytes) -> list[set[str]]:
    document = pypdfium2.PdfDocument(pdf)
    return [read(page.render(scale=150 / 72).to_pil()) for page in document]


@pytest.mark.usefixtures("headers")
def test_a_code_as_a_picture(client: FlaskClient, session: Session, now: datetime) -> None:
    run = make_run(session, now)
    png = client.get(f"/api/v1/print-runs/{run.id}/code.png?size_mm=20&level=M")
    assert png.mimetype == "image/png"
    assert read(Image.open(io.BytesIO(png.data))) == {address(run)}
    svg = client.get(f"/api/v1/print-runs/{run.id}/code.svg?size_mm=25")
    assert svg.mimetype == "image/svg+xml"
    assert svg.text.count("<path") == 2
    for bad in ("size_mm=19", "size_mm=900", "level=X"):
        assert client.get(f"/api/v1/print-runs/{run.id}/code.svg?{bad}").status_code == 422


def test_sheets_in_the_order_asked_for(
    client: FlaskClient, session: Session, now: datetime, headers: dict[str, str]
) -> None:
    version = make_version(session, now)
    runs = [make_run(session, now, version) for _ in range(3)]
    for form in ("labels", "a5", "poster"):
        body = {"runs": [run.id for run in runs], "form": form}
        answer = client.post("/api/v1/print-runs/sheets", json=body, headers=headers)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert codes_of(answer.data) == [{address(run)} for run in runs]


def test_a_batch_on_cards(
    client: FlaskClient, session: Session, now: datetime, headers: dict[str, str]
) -> None:
    version = make_version(session, now)
    runs = [make_run(session, now, version) for _ in range(3)]
    for run in runs[:2]:
        run.batch_id = "one-batch"
    session.commit()
    body = {"batch": "one-batch", "form": "code_cards", "size_mm": 20, "level": "H"}
    answer = client.post("/api/v1/print-runs/sheets", json=body, headers=headers)
    assert codes_of(answer.data) == [{address(run) for run in runs[:2]}]


def test_another_provinces_runs_are_not_printed(
    client: FlaskClient, session: Session, now: datetime, headers: dict[str, str]
) -> None:
    ours = make_run(session, now)
    theirs = make_run(session, now, commune_id="c-26734-2025", unit_id="c-26734-2025",
                      province_code="79")  # fmt: skip
    body = {"runs": [ours.id, theirs.id], "form": "labels"}
    answer = client.post("/api/v1/print-runs/sheets", json=body, headers=headers)
    assert answer.status_code == 404
    assert client.get(f"/api/v1/print-runs/{theirs.id}/code.svg").status_code == 404
    body = {"batch": theirs.batch_id, "form": "labels"}
    answer = client.post("/api/v1/print-runs/sheets", json=body, headers=headers)
    assert answer.status_code == 404


def test_what_cannot_be_printed_says_why(
    client: FlaskClient, session: Session, now: datetime, headers: dict[str, str]
) -> None:
    run = make_run(session, now)
    silent = make_version(session, now, contents={"vi": {"blocks": []}})
    foreign = make_version(session, now, title="ព័ត៌មាន")
    cases = {
        "too_many": {"runs": [str(one) for one in range(101)], "form": "a5"},
        "too_large": {"runs": [run.id], "form": "code_cards", "size_mm": 60},
        "no_words": {"runs": [make_run(session, now, silent).id], "form": "a5"},
        "letters": {"runs": [make_run(session, now, foreign).id], "form": "poster"},
    }
    for reason, body in cases.items():
        answer = client.post("/api/v1/print-runs/sheets", json=body, headers=headers)
        assert (answer.status_code, answer.json["reason"]) == (422, reason)
    for body in ({"form": "a5"}, {"runs": [run.id], "batch": "x", "form": "a5"}):
        answer = client.post("/api/v1/print-runs/sheets", json=body, headers=headers)
        assert answer.json["type"] == "invalid"
