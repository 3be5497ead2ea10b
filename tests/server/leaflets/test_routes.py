"""A leaflet made at the console, and its files as everybody gets them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server import clock
from tests.factories.accounts import PROVINCE, make_account, sign_in
from tests.factories.leaflets import CONTENTS, make_version

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
MP3 = (b"\xff\xfb\x90\x00" + bytes(413)) * 400
Ask = Callable[..., Any]


@pytest.fixture
def ask(client: FlaskClient, session: Session, now: datetime) -> Ask:
    """Requests of a planner of Hà Nội; the answer's JSON, its status asserted."""
    headers = sign_in(client, session, now, make_account(session, now, "planner", PROVINCE))

    def send(method: str, path: str, status: int = 200, **parts: Any) -> Any:
        sent = headers | parts.pop("headers", {})
        with clock.frozen(now):
            answer = client.open(f"/api/v1/{path}", method=method, headers=sent, **parts)
        assert answer.status_code == status, answer.text
        return answer.json

    return send


def test_from_the_first_word_to_the_printed_form(ask: Ask, client: FlaskClient) -> None:
    made = ask("POST", "leaflets", 201, json={
        "title_id": "voluntary_si", "title": "BHXH tự nguyện", "topics": ["bhxh_tu_nguyen"],
        "source": "province_supplied"})  # fmt: skip
    assert made["owner_province"] == "01"
    (draft,) = made["versions"]
    assert (draft["status"], draft["number"], draft["law_date"]) == ("draft", 1, "2026-07-01")
    path = f"leaflet-versions/{draft['id']}"
    words = {"law_date": "2025-07-01", "languages": ["vi"], "contents": CONTENTS}
    assert ask("PUT", path, json=words)["outdated"] is True
    assert ask("PUT", path, json={**words, "law_date": "2026-07-01"})["outdated"] is False
    ask("PUT", f"{path}/pdf", data=PDF, headers={"Content-Type": "application/pdf"})
    ask("PUT", f"{path}/audio/vi", data=b"OggS" + bytes(96), headers={"Content-Type": "audio/ogg"})
    said = ask("POST", f"{path}/publication")
    assert said["status"] == "published"
    assert said["contents"]["vi"]["blocks"] == CONTENTS["vi"]["blocks"]
    ask("PUT", path, 409, json=words)

    client.delete_cookie("loa_session")  # everybody
    printed = client.get(said["pdf_url"])
    assert (printed.data, printed.mimetype) == (PDF, "application/pdf")
    assert printed.headers["X-Content-Type-Options"] == "nosniff"
    printed.close()
    audio = said["contents"]["vi"]["audio"]
    part = client.get(f"/leaflets/{audio['sha256']}.ogg", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.data, part.mimetype) == (206, b"OggS", "audio/ogg")
    part.close()


def test_files_of_a_draft_are_taken_off_again(
    ask: Ask, session: Session, now: datetime, client: FlaskClient
) -> None:
    draft = make_version(session, now, status="draft", owner_province="01")
    path = f"leaflet-versions/{draft.id}"
    octets = {"Content-Type": "application/octet-stream"}
    ask("PUT", f"{path}/pdf", data=PDF, headers=octets)
    heard = ask("PUT", f"{path}/audio/vi", data=MP3, headers=octets)["contents"]["vi"]["audio"]
    assert heard["seconds"] == 10
    assert ask("DELETE", f"{path}/pdf")["pdf_url"] is None
    quiet = ask("DELETE", f"{path}/audio/vi")
    assert quiet["contents"]["vi"] == CONTENTS["vi"]
    assert ask("DELETE", f"{path}/pdf")["pdf_bytes"] is None, "asked twice it is the same"
    ask("DELETE", f"{path}/audio/tyz", 404)
    ask("POST", f"{path}/publication")
    for file in ("pdf", "audio/vi"):
        assert ask("DELETE", f"{path}/{file}", 409)["type"] == "leaflet-state"


def test_what_is_no_pdf_is_not_kept(ask: Ask, session: Session, now: datetime) -> None:
    draft = make_version(session, now, status="draft", owner_province="01")
    path = f"leaflet-versions/{draft.id}/pdf"
    octets = {"Content-Type": "application/octet-stream"}
    told = ask("PUT", path, 422, data=b"<html>", headers=octets)
    assert told["type"] == "leaflet-file-refused"
    ask("PUT", path, 415, data=PDF, headers={"Content-Type": "text/html"})
    ask("PUT", path, 413, data=bytes(10 * 1024 * 1024 + 1), headers=octets)
    ask("PUT", f"leaflet-versions/{draft.id}/audio/tyz", 404, data=b"OggS", headers=octets)


@pytest.mark.parametrize("name", ["x.pdf", f"{'a' * 64}.pdf", f"{'a' * 64}.html", "..%2Fx.pdf"])
def test_other_addresses_lead_to_nothing(client: FlaskClient, name: str) -> None:
    assert client.get(f"/leaflets/{name}").status_code == 404


def test_lists_say_what_is_outdated(ask: Ask, session: Session, now: datetime) -> None:
    version = make_version(session, now)
    make_version(session, now, owner_province="79")
    said = ask("GET", "leaflets")
    (item,) = said["items"]
    assert item["id"] == version.leaflet_id
    assert item["versions"][0]["outdated"] is False
    assert [change["date"] for change in said["law_changes"]] == ["2025-07-01", "2026-07-01"]
    ask("POST", f"leaflets/{version.leaflet_id}/versions", 403, json={})  # the nation's
