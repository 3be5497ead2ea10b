"""The page behind a code: what a reader on any phone gets, and what is noted of it."""

from __future__ import annotations

import gzip
import re
import time
from datetime import date, datetime, timedelta
from typing import Any

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from server import clock
from server.database import db
from server.files.store import store_for
from server.leaflets import files
from server.leaflets.models import PrintRun
from server.scans.models import Scan, ScanCount
from server.scans.public_routes import desk
from tests.factories.accounts import make_account, sign_in
from tests.factories.scans import BLOCKS, PHONE, make_run, scan

FIRST_TRIP_BYTES = 14 * 1024


def counted(session: Session) -> dict[str, int]:
    """By reason, what the database holds once all is written."""
    assert desk().recorder.flush()
    session.rollback()
    rows = session.execute(
        select(ScanCount.reason, func.sum(ScanCount.amount)).group_by(ScanCount.reason)
    )
    return {reason: int(amount) for reason, amount in rows}


@pytest.fixture
def run(session: Session, now: datetime) -> PrintRun:
    return make_run(session, now)


@pytest.fixture(autouse=True)
def _today(now: datetime) -> Any:
    with clock.frozen(now):
        yield


def test_a_phone_gets_the_leaflet_in_one_trip(client: FlaskClient, run: PrintRun) -> None:
    answer = scan(client, f"/q/{run.code}")
    page = brotli.decompress(answer.data).decode()
    assert answer.status_code == 200
    assert "Những điều cần biết về BHXH tự nguyện" in page
    assert "Đủ 15 năm đóng" in page
    assert "<b>hộ nghèo</b>" in page
    assert 'href="tel:19009068"' in page
    head = sum(len(name) + len(value) + 4 for name, value in answer.headers.items())
    assert head + len(answer.data) <= FIRST_TRIP_BYTES
    assert not re.search(r'(?:src|href)="(?!/q/|tel:|data:)', page), "nothing from elsewhere"


def test_without_packing_and_by_gzip_it_is_the_same(client: FlaskClient, run: PrintRun) -> None:
    plain = scan(client, f"/q/{run.code}", accept_encoding="identity")
    packed = scan(client, f"/q/{run.code}", accept_encoding="gzip")
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < 6000


@pytest.mark.parametrize("path", ["/q/{}", "/Q/{}"])
def test_codes_are_read_as_people_write_them(client: FlaskClient, run: PrintRun, path: str) -> None:
    for code in (run.code, run.code.lower(), f"{run.code[:3]}-{run.code[3:6]} {run.code[6:]}"):
        assert scan(client, path.format(code)).status_code == 200


@pytest.mark.parametrize(
    "path", ["/q/{}/", "/Q/{}/", "/q//{}", "/q/{}//", "/q/{}/?lang=vi", "/q/?ma={}", "/Q/?ma={}"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_slashes_too_many_show_the_leaflet_at_once(
    client: FlaskClient, run: PrintRun, path: str, method: str
) -> None:
    """A 301 or 308 would stay in the phone after the paper's code was given another leaflet."""
    bare = f"{run.code[:3]}-{run.code[3:6]}-{run.code[6:]}".lower()
    for code in (run.code, run.code.lower(), bare):
        answer = scan(client, path.format(code), method=method)
        assert (answer.status_code, answer.headers.get("Location")) == (200, None)
        assert answer.headers["Cache-Control"] in ("private, no-cache", "no-store")


def test_nothing_below_a_code_sends_elsewhere(client: FlaskClient, run: PrintRun) -> None:
    ends = ("pdf", "pdf/", "audio", "audio/vi", "audio/vi/", "goi-lai", "goi-lai/", "x/y", "https:")
    for start in ("q", "Q", "/q", "q/"):
        for end in ends:
            for method in ("GET", "HEAD", "POST"):
                answer = scan(client, f"/{start}/{run.code}/{end}", method=method)
                told = (method, start, end, answer.status_code)
                assert not 300 <= answer.status_code < 400, told
                assert "Location" not in answer.headers, told


def test_a_code_typed_into_the_form(client: FlaskClient, run: PrintRun) -> None:
    assert scan(client, f"/q?ma={run.code.lower()}").status_code == 200
    assert scan(client, "/q").status_code == 200


def test_no_cookie_and_no_store_of_others(client: FlaskClient, run: PrintRun) -> None:
    headers = scan(client, f"/q/{run.code}").headers
    assert "Set-Cookie" not in headers
    assert headers["Cache-Control"] == "private, no-cache"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "Cookie" not in headers.get("Vary", "")


def test_the_second_time_only_asks(client: FlaskClient, run: PrintRun) -> None:
    etag = scan(client, f"/q/{run.code}").headers["ETag"]
    again = scan(client, f"/q/{run.code}", if_none_match=etag)
    assert (again.status_code, again.data) == (304, b"")


def test_head_answers_and_does_not_count(
    client: FlaskClient, session: Session, run: PrintRun
) -> None:
    answer = scan(client, f"/q/{run.code}", method="HEAD")
    assert (answer.status_code, answer.data) == (200, b"")
    assert counted(session) == {"head": 1}


def test_each_is_counted_for_what_it_was(
    client: FlaskClient, session: Session, run: PrintRun
) -> None:
    path = f"/q/{run.code}"
    scan(client, path)
    scan(client, path, if_none_match='"old"')  # a reload
    scan(client, path, address="27.64.8.12", if_none_match='"old"')  # came back another day
    scan(client, path, user_agent="facebookexternalhit/1.1", accept="*/*")
    scan(client, path, user_agent="curl/8.5.0")
    scan(client, path + "?s=1", address="27.64.8.13")
    assert counted(session) == {
        "person": 1, "replay": 1, "again": 1, "preview": 1, "bot": 1, "staff": 1,
    }  # fmt: skip


def test_a_prefetch_is_sent_away_so_that_the_opening_is_seen(
    client: FlaskClient, session: Session, run: PrintRun
) -> None:
    ahead = scan(client, f"/q/{run.code}", sec_purpose="prefetch;prerender")
    assert (ahead.status_code, ahead.data) == (503, b"")
    assert scan(client, f"/q/{run.code}").status_code == 200
    assert counted(session) == {"prefetch": 1, "person": 1}


def test_who_is_signed_in_at_the_console_is_one_of_us(
    client: FlaskClient, session: Session, now: datetime, run: PrintRun
) -> None:
    account = make_account(session, now, "planner", "p-01-2025")
    sign_in(client, session, now, account)
    client.get(f"/q/{run.code}", headers=PHONE)
    assert counted(session) == {"staff": 1}


def test_no_address_is_written_anywhere(
    client: FlaskClient, session: Session, run: PrintRun
) -> None:
    scan(client, f"/q/{run.code}", address="203.0.113.77")
    assert counted(session) == {"person": 1}
    row = session.execute(select(*Scan.__table__.c)).one()
    assert "203.0.113" not in repr(row)


def test_what_is_no_code_leads_nowhere_and_is_not_counted(
    client: FlaskClient, session: Session, run: PrintRun
) -> None:
    for code in ("ZZZZZZZZZ", run.code[:-1], "x" * 300, "../../etc", "%00", "'--"):
        assert scan(client, f"/q/{code}").status_code in (400, 404)
    assert counted(session) == {}


def test_a_mistyped_code_says_so_and_offers_another_try(client: FlaskClient, run: PrintRun) -> None:
    wrong = run.code[:4] + ("1" if run.code[4] != "1" else "2") + run.code[5:]
    answer = scan(client, f"/q/{wrong}")
    assert answer.status_code == 404
    assert "Mã này chưa đúng" in answer.text
    assert f'value="{wrong}"' in answer.text
    assert 'href="tel:19009068"' in answer.text


def test_what_was_typed_is_escaped(client: FlaskClient) -> None:
    answer = scan(client, "/q/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E".replace("%2F", "-"))
    assert "<script>alert" not in answer.text


def test_an_unknown_and_a_stopped_code(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    code = make_run(session, now, status="stopped").code
    unknown = scan(client, "/q/000000000")
    assert (unknown.status_code, "Chưa có tờ nào" in unknown.text) == (404, True)
    stopped = scan(client, f"/q/{code}")
    assert (stopped.status_code, "đã ngừng phát" in stopped.text) == (410, True)


def test_a_run_that_is_stopped_is_stopped_within_seconds(
    client: FlaskClient, session: Session, run: PrintRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scan(client, f"/q/{run.code}").status_code == 200
    run.status = "stopped"
    session.commit()
    monkeypatch.setattr(desk().finder, "_now", lambda: 10**9)
    assert scan(client, f"/q/{run.code}").status_code == 410


def test_old_and_ended_leaflets_say_so(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    old = make_run(session, now, law_date=date(2025, 7, 1))
    ended = make_run(session, now, period=(date(2026, 9, 1), date(2026, 10, 1)))
    early = make_run(session, now, period=(date(2026, 12, 1), date(2026, 12, 31)))
    for run, words in ((old, "Luật đã thay đổi"), (ended, "đã kết thúc"), (early, "01/12/2026")):
        answer = scan(client, f"/q/{run.code}", accept_encoding="identity")
        assert (answer.status_code, words in answer.text) == (200, True)


def test_languages_can_be_chosen(client: FlaskClient, session: Session, now: datetime) -> None:
    contents = {
        "vi": {"blocks": BLOCKS},
        "tyz": {
            "blocks": [{"type": "paragraph", "text": "Cần slướng hâử."}],
            "audio": {"sha256": "a" * 64, "media_type": "audio/mpeg", "seconds": 100,
                      "bytes": 410_000},
        },
    }  # fmt: skip
    run = make_run(session, now, contents=contents)
    first = scan(client, f"/q/{run.code}", accept_encoding="identity").text
    assert f'href="/q/{run.code}?lang=tyz"' in first
    tay = scan(client, f"/q/{run.code}?lang=tyz", accept_encoding="identity")
    assert "Cần slướng hâử." in tay.text
    assert "Nghe · Tày · 1 phút 40 giây · 410 KB" in tay.text
    assert 'preload="none"' in tay.text
    assert tay.headers["Content-Language"] == "tyz"


def test_what_people_wrote_is_escaped(client: FlaskClient, session: Session, now: datetime) -> None:
    evil = "<img src=x onerror=alert(1)> **<b onclick=x>đậm**"
    contents = {"vi": {"blocks": [{"type": "paragraph", "text": evil}]}}
    run = make_run(session, now, contents=contents, title="</title><script>alert(1)</script>")
    page = scan(client, f"/q/{run.code}", accept_encoding="identity").text
    assert "<img" not in page
    assert "<script>alert" not in page
    assert "<b>&lt;b onclick=x&gt;đậm</b>" in page


def test_while_the_database_is_away_known_leaflets_go_on(
    client: FlaskClient, session: Session, run: PrintRun, now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Nobody gets an error, and the scans are there when the database is back."""
    path = f"/q/{run.code}"
    assert scan(client, path).status_code == 200
    assert counted(session) == {"person": 1}
    for table in ("print_run", "scan"):
        session.execute(text(f"ALTER TABLE {table} RENAME TO {table}_away"))
    session.commit()
    start = time.monotonic()
    monkeypatch.setattr(desk().finder, "_now", lambda: start + 60)
    with clock.frozen(now + timedelta(minutes=1)):
        assert scan(client, path, address="27.64.8.99").status_code == 200
        assert scan(client, "/q/000000000").status_code == 503
    assert not desk().recorder.flush()
    db.session.rollback()
    for table in ("print_run", "scan"):
        session.execute(text(f"ALTER TABLE {table}_away RENAME TO {table}"))
    session.commit()
    assert counted(session) == {"person": 2}


def test_the_printed_version_and_the_sound_are_ours(
    app: Flask, client: FlaskClient, session: Session, now: datetime
) -> None:
    """Whole, and in the parts that a player asks for; what is not there gets a kind page."""
    store = store_for(app.extensions["loa_settings"].files_url)
    pdf = files.keep_pdf(store, b"%PDF-1.7 " + b"x" * 500 + b"%%EOF")
    sound = files.keep_audio(store, b"ID3" + bytes(997))
    audio = {"sha256": sound.sha256, "media_type": sound.media_type, "seconds": 9, "bytes": 1000}
    run = make_run(session, now, contents={"vi": {"blocks": BLOCKS, "audio": audio}},
                   pdf_sha256=pdf.sha256)  # fmt: skip
    stopped = make_run(session, now, status="stopped", pdf_sha256=pdf.sha256)
    with scan(client, f"/q/{run.code}/pdf") as answer:
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert len(answer.data) == pdf.size
        named = f'inline; filename="to-roi-{run.code}.pdf"'
        assert answer.headers["Content-Disposition"] == named
        # the code may show another leaflet tomorrow
        assert answer.headers["Cache-Control"] == "private, no-cache"
        etag = answer.headers["ETag"]
    with scan(client, f"/q/{run.code}/pdf", if_none_match=etag) as again:
        assert again.status_code == 304
    with scan(client, f"/q/{run.code}/audio/vi", range="bytes=0-99") as part:
        assert (part.status_code, len(part.data), part.mimetype) == (206, 100, "audio/mpeg")
    assert scan(client, f"/q/{run.code}/audio/tyz").status_code == 404
    gone = make_run(session, now, pdf_sha256="f" * 64)
    assert scan(client, f"/q/{gone.code}/pdf").status_code == 404
    assert scan(client, f"/q/{stopped.code}/pdf").status_code == 410
