"""Who reads a place's runs prints them: pictures and sheets whose codes lead to the run."""

from __future__ import annotations

import io
import secrets
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from server import clock
from server.database.ids import new_id
from server.leaflets import printing, typesetting
from server.leaflets.models import PrintRun
from server.leaflets.typesetting import TypesettingError
from server.short_codes import RANDOM_BYTES, new_code
from tests.factories.accounts import COMMUNE, sign_in
from tests.factories.leaflets import CONTENTS, make_run, make_version
from tests.factories.reviews import make_reviewer
from tests.server.leaflets.test_typesetting import ENDLESS


@pytest.fixture
def headers(client: FlaskClient, session: Session, now: datetime) -> dict[str, str]:
    return sign_in(client, session, clock.now(), make_reviewer(session, now))


def read(image: Image.Image) -> set[str]:
    # of QR codes alone: among thousands, other kinds are seen in what is none
    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    return {one.text for one in found}


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
    foreign = make_version(session, now, title="ꨌꩌ")
    words = {"vi": CONTENTS["vi"], "cja": {"blocks": [{"type": "paragraph", "text": "ꨌꩌ"}]}}
    cham = make_run(session, now, make_version(session, now, contents=words))
    cases = {
        "too_many": {"runs": [str(one) for one in range(5_001)], "form": "a5"},
        "too_large": {"runs": [run.id], "form": "code_cards", "size_mm": 60},
        "no_words": {"runs": [make_run(session, now, silent).id], "form": "a5"},
        "letters": {"runs": [make_run(session, now, foreign).id], "form": "poster"},
        "language": {"runs": [cham.id], "form": "a5"},
    }
    for reason, body in cases.items():
        answer = client.post("/api/v1/print-runs/sheets", json=body, headers=headers)
        assert (answer.status_code, answer.json["reason"]) == (422, reason)
        assert answer.json["vi"].endswith(".")
        assert "Please" in answer.json["en"] or reason == "no_words"
    assert "tiếng Chăm" in answer.json["vi"]
    assert "Cham" in answer.json["en"]
    alone = {"runs": [cham.id], "form": "a5", "language": "vi"}
    assert client.post("/api/v1/print-runs/sheets", json=alone, headers=headers).status_code == 200
    for body in ({"form": "a5"}, {"runs": [run.id], "batch": "x", "form": "a5"}):
        answer = client.post("/api/v1/print-runs/sheets", json=body, headers=headers)
        assert answer.json["type"] == "invalid"


def test_a_leaflet_in_one_of_its_languages(
    client: FlaskClient, session: Session, now: datetime, headers: dict[str, str]
) -> None:
    blocks = [{"type": "paragraph", "text": "Pay a little each month."}]
    run = make_run(
        session, now, make_version(session, now, contents={**CONTENTS, "en": {"blocks": blocks}})
    )

    def printed(**more: str) -> Any:
        body = {"runs": [run.id], "form": "a5", **more}
        return client.post("/api/v1/print-runs/sheets", json=body, headers=headers)

    assert codes_of(printed().data) == [{address(run)}] * 2
    assert codes_of(printed(language="en").data) == [{address(run)}]
    refused = printed(language="hmong")
    assert (refused.status_code, refused.json["reason"]) == (422, "no_words")


def test_a_large_batch_comes_as_a_zip_in_the_order_given(
    client: FlaskClient, session: Session, now: datetime, headers: dict[str, str]
) -> None:
    most = printing.PIECE_MAX["labels"]
    version = make_version(session, now)
    ids = sorted((new_id(now) for _ in range(most + 2)), reverse=True)
    runs = [
        PrintRun(
            id=id, code=new_code(secrets.token_bytes(RANDOM_BYTES)), version_id=version.id,
            destination_version_id=version.id, unit_id=COMMUNE, commune_id=COMMUNE,
            province_code="01", place_detail=f"Điểm {number:03d}", period_from=date(2026, 10, 1),
            period_to=date(2026, 12, 31), copies=100, status="active", batch_id="large",
            created_by="system", created_at=now, changed_at=now,
        )
        for number, id in enumerate(ids)
    ]  # fmt: skip
    session.add_all(runs)
    session.commit()
    body = {"batch": "large", "form": "labels", "size_mm": 20}
    answer = client.post("/api/v1/print-runs/sheets", json=body, headers=headers)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.namelist() == ["labels-0001-0100.pdf", "labels-0101-0102.pdf"]
        whole, rest = (archive.read(name) for name in archive.namelist())
    assert len(pypdfium2.PdfDocument(whole)) == most
    assert codes_of(rest) == [{address(run)} for run in runs[most:]]
    body["form"] = "labels_once"
    answer = client.post("/api/v1/print-runs/sheets", json=body, headers=headers)
    assert answer.mimetype == "application/pdf"
    assert set().union(*codes_of(answer.data)) == {address(run) for run in runs}


@pytest.mark.parametrize(
    ("template", "reason"), [('#panic("broken")', "failed"), (ENDLESS, "too slow")]
)
def test_what_typst_cannot_make_is_told_in_words(
    client: FlaskClient, session: Session, now: datetime, headers: dict[str, str],
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, template: str, reason: str,
) -> None:  # fmt: skip
    (tmp_path / "sheets.typ").write_text(template)
    monkeypatch.setattr(typesetting, "TEMPLATE", tmp_path / "sheets.typ")
    monkeypatch.setattr(typesetting, "TIMEOUT_S", 60 if reason == "failed" else 1)
    body = {"runs": [make_run(session, now).id], "form": "labels"}
    answer = client.post("/api/v1/print-runs/sheets", json=body, headers=headers)
    assert (answer.status_code, answer.json["type"]) == (503, "printing-failed")
    assert answer.json["reason"] == reason
    assert "Thử lại" in answer.json["title"]
    assert "Try again" in answer.json["title_en"]
    assert answer.headers["Retry-After"]


def test_an_order_that_breaks_in_the_middle_is_no_whole_file(
    client: FlaskClient, session: Session, now: datetime, headers: dict[str, str],
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setitem(printing.PIECE_MAX, "poster", 1)
    version = make_version(session, now)
    body = {"runs": [make_run(session, now, version).id for _ in range(2)], "form": "poster"}
    answer = client.post("/api/v1/print-runs/sheets", json=body, headers=headers, buffered=False)
    (tmp_path / "sheets.typ").write_text("#panic()")
    monkeypatch.setattr(typesetting, "TEMPLATE", tmp_path / "sheets.typ")
    with pytest.raises(TypesettingError):
        answer.get_data()
