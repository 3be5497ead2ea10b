"""Scans meet copies and hand-outs: by leaflet, run, commune and day, within one's own area."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server import clock
from server.leaflets.models import PrintRun
from server.scans import operations
from tests.factories.accounts import make_account, sign_in
from tests.factories.measures import BA_DINH, CUA_NAM, Field
from tests.factories.scans import make_run
from tests.server.scans.test_operations import sighting

PATH = "/api/v1/scans/statistics"
COUNTED = {"handed_out": 120, "scans": 3, "readers": [2, 2], "not_counted": {"bot": 1}}


@pytest.fixture
def runs(session: Session, now: datetime) -> Iterator[tuple[PrintRun, PrintRun]]:
    """Two in one province: 120 copies and three scans by two phones of the first, none of the
    second."""
    with clock.frozen(now):
        first = make_run(session, now)
        second = make_run(session, now, commune_id=CUA_NAM, title="BHYT hộ gia đình", copies=300)
        field = Field(session, now)
        give = {"kind": "leaflet_handout", "leaflet_title": "voluntary_si", "print_run": first.code}
        field.record("2026-11-18", BA_DINH, status="submitted", copies_count=100, **give)
        field.record("2026-11-19", BA_DINH, status="approved", copies_count=20, **give)
        field.record("2026-11-19", BA_DINH, status="rejected", copies_count=7, **give)
        operations.record(session, [
            sighting(now - timedelta(days=1), run=first.id),
            sighting(now, address="27.64.8.12", run=first.id),
            sighting(now + timedelta(hours=2), address="27.64.8.12", run=first.id,
                     if_none_match='"x"'),
            sighting(now, address="66.249.1.1", run=first.id, user_agent="curl/8.5.0"),
        ])  # fmt: skip
        session.commit()
        yield first, second


def read(client: FlaskClient, **query: str) -> dict[str, Any]:
    answer = client.get(PATH, query_string=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def as_planner(client: FlaskClient, session: Session, now: datetime,
               unit: str = "p-01-2025") -> None:  # fmt: skip
    sign_in(client, session, now, make_account(session, now, "planner", unit))


def test_by_run_copies_hand_outs_and_scans_meet(
    client: FlaskClient, session: Session, now: datetime, runs: tuple[PrintRun, PrintRun]
) -> None:
    as_planner(client, session, now)
    said = read(client, by="run")
    by_key = {item["key"]: item for item in said["items"]}
    first = by_key[runs[0].code]
    assert first["name"] == "Những điều cần biết về BHXH tự nguyện · Phường Ba Đình"
    assert {name: first[name] for name in COUNTED} == COUNTED
    assert first["copies"] == 500
    assert by_key[runs[1].code]["scans"] == 0
    assert said["total"]["copies"] == 800
    assert {name: said["total"][name] for name in COUNTED} == COUNTED


@pytest.mark.parametrize(
    ("by", "keys"),
    [("commune", {BA_DINH, CUA_NAM}), ("day", {"2026-11-18", "2026-11-19", "2026-11-20"})],
)
@pytest.mark.usefixtures("runs")
def test_by_commune_and_day(
    client: FlaskClient, session: Session, now: datetime, by: str, keys: set[str]
) -> None:
    as_planner(client, session, now)
    said = read(client, by=by)
    assert {item["key"] for item in said["items"]} == keys
    assert sum(item["scans"] for item in said["items"]) == 3
    assert sum(item["handed_out"] for item in said["items"]) == 120


@pytest.mark.usefixtures("runs")
def test_narrowed_by_days_unit_and_leaflet(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    as_planner(client, session, now)
    assert read(client, **{"from": "2026-11-20", "to": "2026-11-20"})["total"]["scans"] == 2
    assert read(client, unit=CUA_NAM)["total"]["copies"] == 300
    leaflet = read(client, by="leaflet")["items"][0]["key"]
    assert len(read(client, leaflet=leaflet)["items"]) == 1


@pytest.mark.usefixtures("runs")
def test_others_see_their_own_area_only(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    as_planner(client, session, now, "p-79-2025")
    assert read(client)["items"] == []
    assert read(client, unit="p-01-2025")["total"]["copies"] == 0
    sign_in(client, session, now, make_account(session, now, "office_reviewer", CUA_NAM))
    assert read(client)["total"]["copies"] == 300


def test_a_runs_course(
    client: FlaskClient, session: Session, now: datetime, runs: tuple[PrintRun, PrintRun]
) -> None:
    as_planner(client, session, now)
    said = client.get(f"/api/v1/print-runs/{runs[0].id}/statistics").get_json()
    assert said["copies"] == 500
    assert (said["items"][0]["from"], said["items"][-1]["to"]) == ("2026-11-01", "2026-11-20")
    assert sum(item["scans"] for item in said["items"]) == 3
    assert [item["handed_out"] for item in said["items"] if item["handed_out"]] == [100, 20]


def test_a_long_course_goes_by_weeks(client: FlaskClient, session: Session, now: datetime) -> None:
    run = make_run(session, now, period=(date(2026, 1, 7), date(2026, 12, 31)))
    as_planner(client, session, now)
    with clock.frozen(now):
        items = client.get(f"/api/v1/print-runs/{run.id}/statistics").get_json()["items"]
    assert (items[0]["from"], items[0]["to"]) == ("2026-01-05", "2026-01-11")
    assert len(items) == 46


@pytest.mark.usefixtures("runs")
def test_files(client: FlaskClient, session: Session, now: datetime) -> None:
    as_planner(client, session, now)
    answer = client.get(f"{PATH}.csv?by=run")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row[2] for row in rows[1:]] == ["300", "500", "800"]
    sheet = client.get(f"{PATH}.xlsx?by=run")
    assert sheet.data.startswith(b"PK")
    assert "attachment" in sheet.headers["Content-Disposition"]
