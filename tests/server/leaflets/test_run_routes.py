"""Print runs made at the console: one, many, from a sheet; shown, stopped, redirected."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import clock
from server.leaflets import workbook
from server.leaflets.models import Leaflet, PrintRun
from tests.factories.accounts import COMMUNE, PROVINCE, make_account, sign_in
from tests.factories.leaflets import make_run, make_version

Ask = Callable[..., Any]
XLSX = {"Content-Type": workbook.MEDIA_TYPE}
DAYS = ["01/12/2026", "31/12/2026"]


@pytest.fixture
def ask(client: FlaskClient, session: Session, now: datetime) -> Ask:
    headers = sign_in(client, session, now, make_account(session, now, "planner", PROVINCE))

    def send(method: str, path: str, status: int = 200, **parts: Any) -> Any:
        sent = headers | parts.pop("headers", {})
        with clock.frozen(now):
            answer = client.open(f"/api/v1/{path}", method=method, headers=sent, **parts)
        assert answer.status_code == status, answer.text
        return answer.json if answer.is_json else answer.data

    return send


def wanted(**other: Any) -> dict[str, Any]:
    return {"unit": COMMUNE, "copies": 500, "place_detail": "Chợ", "period_from": "2026-12-01",
            "period_to": "2026-12-31"} | other  # fmt: skip


def sheet(*rows: list[Any]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    for y, row in enumerate([["Xã", "Số bản", "Nơi phát", "Từ ngày", "Đến ngày"], *rows]):
        page.write_row(y, 0, row)
    book.close()
    return out.getvalue()


def amount(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(PrintRun)) or 0


def test_runs_are_made_and_listed(ask: Ask, session: Session, now: datetime) -> None:
    version = make_version(session, now)
    body = {"version": version.id, "runs": [wanted(), wanted(unit="c-00008-2025", copies=20)]}
    tried = ask("POST", "print-runs", json={**body, "dry_run": True})
    assert tried["batch"] is None
    assert [item["unit_name"] for item in tried["items"]] == ["Phường Ba Đình", "Phường Ngọc Hà"]
    assert amount(session) == 0
    made = ask("POST", "print-runs", 201, json=body)
    assert [item["copies"] for item in made["items"]] == [500, 20]
    listed = ask("GET", f"print-runs?batch={made['batch']}")
    assert {item["code"] for item in listed["items"]} == {item["code"] for item in made["items"]}
    one = next(item for item in listed["items"] if item["copies"] == 500)
    assert (one["title_id"], one["version"], one["outdated"], one["status"]) == (
        "voluntary_si", 1, False, "active",
    )  # fmt: skip


def test_pages_of_a_list_hold_each_run_once(ask: Ask, session: Session, now: datetime) -> None:
    version = make_version(session, now)
    body = {"version": version.id, "runs": [wanted(copies=n) for n in range(1, 8)]}
    made = ask("POST", "print-runs", 201, json=body)
    seen, after = [], ""
    while True:
        page = ask("GET", f"print-runs?limit=3{after}")
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert sorted(seen) == sorted(item["id"] for item in made["items"])
    assert ask("GET", "print-runs?after=nobody")["items"] == []


def test_lists_are_narrowed(ask: Ask, session: Session, now: datetime) -> None:
    version = make_version(session, now)
    over = make_run(session, now, version, period=(date(2026, 1, 1), date(2026, 2, 1)))
    stopped = make_run(session, now, version, status="stopped")
    beside = make_run(session, now, unit_id="c-00008-2025", commune_id="c-00008-2025")
    make_run(session, now, unit_id="p-79-2025", commune_id=None, province_code="79")

    def ids(query: str) -> set[str]:
        return {item["id"] for item in ask("GET", f"print-runs?{query}")["items"]}

    assert ids("") == {over.id, stopped.id, beside.id}
    assert ids("status=ended") == {over.id}
    assert ids("status=stopped") == {stopped.id}
    assert ids("status=active") == {beside.id}
    assert ids(f"leaflet={version.leaflet_id}") == {over.id, stopped.id}
    assert ids("unit=c-00008-2025") == {beside.id}
    assert ids("unit=c-99999-2025") == set()


def test_an_outdated_leaflet_warns_first(ask: Ask, session: Session, now: datetime) -> None:
    version = make_version(session, now, law_date=date(2025, 7, 1))
    body = {"version": version.id, "runs": [wanted()]}
    told = ask("POST", "print-runs", 409, json=body)
    assert (told["type"], told["law_change"]["date"]) == ("leaflet-outdated", "2026-07-01")
    made = ask("POST", "print-runs", 201, json={**body, "confirm_outdated": True})
    assert made["items"][0]["outdated"] is True


def test_a_sheet_of_communes(ask: Ask, session: Session, now: datetime) -> None:
    version = make_version(session, now)
    good = sheet(["ba dinh", 300, "Chợ", *DAYS], [8, "1.200", "", *DAYS])
    made = ask("POST", f"print-runs/import?version={version.id}", 201, data=good, headers=XLSX)
    assert [(item["unit_name"], item["copies"]) for item in made["items"]] == [
        ("Phường Ba Đình", 300), ("Phường Ngọc Hà", 1200),
    ]  # fmt: skip


def test_a_sheet_with_mistakes_makes_nothing(ask: Ask, session: Session, now: datetime) -> None:
    version = make_version(session, now)
    bad = sheet(
        ["Ba Đình", 300, "", *DAYS], ["Ba Định", 300, "", *DAYS], ["Ngọc Hà", "x", "", *DAYS]
    )
    told = ask("POST", f"print-runs/import?version={version.id}", 422, data=bad, headers=XLSX)
    assert told["type"] == "runs-invalid"
    assert {(one["row"], one["field"]) for one in told["problems"]} == {(3, "place"), (4, "copies")}
    assert all(one["vi"] and one["en"] for one in told["problems"])
    assert amount(session) == 0


def test_the_template_is_taken_as_it_is(ask: Ask, session: Session, now: datetime) -> None:
    version = make_version(session, now)
    template = ask("GET", "print-runs/import/template")
    tried = ask("POST", f"print-runs/import?version={version.id}&dry_run=true", data=template,
                headers=XLSX)  # fmt: skip
    assert len(tried["items"]) == 126, "every commune of Hà Nội, by its name"


def test_a_run_is_stopped_started_and_redirected(
    ask: Ask, client: FlaskClient, session: Session, now: datetime
) -> None:
    printed = make_version(session, now)
    leaflet = session.get_one(Leaflet, printed.leaflet_id)
    newer = make_version(session, now, leaflet=leaflet, number=2)
    run = make_run(session, now, printed)
    assert ask("POST", f"print-runs/{run.id}/stop")["status"] == "stopped"
    ask("POST", f"print-runs/{run.id}/stop", 409)
    assert ask("POST", f"print-runs/{run.id}/start")["status"] == "active"
    said = ask("PUT", f"print-runs/{run.id}/destination", json={"version": newer.id})
    assert (said["version"], said["shown_version"]) == (1, 2)
    ask("PUT", f"print-runs/{run.id}/destination", 404, json={"version": "https://example.vn"[:5]})
