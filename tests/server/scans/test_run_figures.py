"""The console's list of runs: figures and weeks of all of a page at once, as by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from server import clock
from server.http.actor import Area
from server.leaflets.models import PrintRun
from server.scans import operations, run_figures
from server.scans.public_routes import desk
from tests.factories.accounts import make_account, sign_in
from tests.factories.measures import BA_DINH, CUA_NAM, Field
from tests.factories.scans import make_run, scan
from tests.server.scans.test_operations import sighting

PATH = "/api/v1/print-runs/statistics"
YEAR = (date(2026, 1, 1), date(2026, 11, 20))


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def busy(session: Session, now: datetime) -> PrintRun:
    """Twenty copies given, and three openings by two phones: one two weeks ago, two today."""
    run = make_run(session, now - timedelta(days=30))
    give = {"kind": "leaflet_handout", "leaflet_title": "voluntary_si", "print_run": run.code}
    Field(session, now).record("2026-11-19", BA_DINH, status="submitted", copies_count=20, **give)
    operations.record(session, [
        sighting(now - timedelta(days=14), run=run.id),
        sighting(now, address="27.64.8.12", run=run.id),
        sighting(now + timedelta(hours=2), address="27.64.8.12", run=run.id, if_none_match='"x"'),
        sighting(now, address="66.249.1.1", run=run.id, user_agent="curl/8.5.0"),
    ])  # fmt: skip
    session.commit()
    return run


def as_planner(client: FlaskClient, session: Session, now: datetime,
               unit: str = "p-01-2025") -> None:  # fmt: skip
    sign_in(client, session, now, make_account(session, now, "planner", unit))


def read(client: FlaskClient, *codes: str, **days: str) -> list[dict[str, Any]]:
    query = {"codes": ",".join(codes), "from": "2026-01-01", **days}
    answer = client.get(PATH, query_string=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.get_json()["items"]
    return items


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(*given: Any) -> None:
        if given[2].startswith("SELECT"):
            seen.append(given[2])

    event.listen(session.get_bind(), "before_cursor_execute", note)
    yield seen
    event.remove(session.get_bind(), "before_cursor_execute", note)


def test_figures_and_weeks_of_each_in_the_order_asked_for(
    client: FlaskClient, session: Session, now: datetime, busy: PrintRun
) -> None:
    quiet = make_run(session, now, commune_id=CUA_NAM, period=(date(2026, 12, 1), date(2027, 1, 1)))
    as_planner(client, session, now)
    first, second = read(client, quiet.code, busy.code)
    assert (first["key"], first["copies"], first["scans"]) == (quiet.code, 500, 0)
    assert first["weeks"] == {"from": "2026-11-16", "scans": [0]}
    assert (second["key"], second["handed_out"], second["scans"], second["readers"]) == (
        busy.code, 20, 3, [2, 2],
    )  # fmt: skip
    assert second["not_counted"] == {"bot": 1}
    # its period began on Sunday, 1 November
    assert second["weeks"] == {"from": "2026-10-26", "scans": [0, 1, 0, 2]}


def test_the_same_as_the_statistics_of_the_area(
    client: FlaskClient, session: Session, now: datetime, busy: PrintRun
) -> None:
    as_planner(client, session, now)
    of_area = client.get("/api/v1/scans/statistics?by=run&from=2026-01-01").get_json()
    (line,) = [one for one in of_area["items"] if one["key"] == busy.code]
    (here,) = read(client, busy.code)
    assert {**here, "name": line["name"]} == {**line, "weeks": here["weeks"]}


def test_days_narrow_the_figures_and_not_the_weeks(
    client: FlaskClient, session: Session, now: datetime, busy: PrintRun
) -> None:
    as_planner(client, session, now)
    (today,) = read(client, busy.code, **{"from": "2026-11-20", "to": "2026-11-20"})
    assert (today["scans"], today["handed_out"]) == (2, 0)
    assert sum(today["weeks"]["scans"]) == 3


def test_who_got_a_leaflet_before_its_time_is_seen(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    early = make_run(session, now - timedelta(days=9), period=(date(2026, 12, 1), date(2027, 1, 1)))
    operations.record(session, [sighting(now - timedelta(days=7), run=early.id)])
    session.commit()
    as_planner(client, session, now)
    (item,) = read(client, early.code)
    assert item["weeks"] == {"from": "2026-11-09", "scans": [1, 0]}
    course = client.get(f"/api/v1/print-runs/{early.id}/statistics").get_json()["items"]
    assert sum(span["scans"] for span in course) == 1


def test_others_runs_are_left_out(
    client: FlaskClient, session: Session, now: datetime, busy: PrintRun
) -> None:
    as_planner(client, session, now, "p-79-2025")
    assert read(client, busy.code) == []


@pytest.mark.parametrize(
    "codes", ["", "abc", "7QK2F3X9", "7QK2F3X91,", ",".join(["7QK2F3X91"] * 201)]
)
def test_what_is_no_list_of_codes_is_told(
    client: FlaskClient, session: Session, now: datetime, codes: str
) -> None:
    as_planner(client, session, now)
    assert client.get(PATH, query_string={"codes": codes}).status_code == 422


def test_the_first_day_of_all_is_a_day(
    client: FlaskClient, session: Session, now: datetime, busy: PrintRun
) -> None:
    as_planner(client, session, now)
    for path in (f"{PATH}?codes={busy.code}&to=0001-01-01",
                 "/api/v1/scans/statistics?to=0001-01-01"):  # fmt: skip
        assert client.get(path).status_code == 200


def test_as_many_statements_for_many_runs_as_for_one(
    session: Session, now: datetime, busy: PrintRun
) -> None:
    codes = [busy.code, *(make_run(session, now).code for _ in range(30))]
    area = Area(nation=True)
    with statements(session) as one:
        run_figures.of_runs(session, area, codes[:1], *YEAR, now.date())
    with statements(session) as many:
        found = run_figures.of_runs(session, area, codes, *YEAR, now.date())
    assert len(found["items"]) == 31
    assert len(many) == len(one) <= 8


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """A call lets the server forget what it remembered of runs, as it does after seconds."""
    seconds = 10**9

    def pass_by() -> None:
        nonlocal seconds
        seconds += 60
        monkeypatch.setattr(desk().finder, "_now", lambda: seconds)

    yield pass_by
    assert desk().recorder.flush()


def test_a_stop_takes_no_figure_away_and_a_new_start_goes_on(
    client: FlaskClient, session: Session, now: datetime, later: Callable[[], None]
) -> None:
    run = make_run(session, now)
    path = f"/q/{run.code}"
    for number, (status, answer) in enumerate((("active", 200), ("stopped", 410), ("active", 200))):
        run.status = status
        session.commit()
        later()
        assert scan(client, path, f"27.64.8.{number}").status_code == answer
    assert desk().recorder.flush()
    as_planner(client, session, now)
    (item,) = read(client, run.code)
    # the one who met the kind page held the paper too: scans tell what paper is still out there
    assert (item["scans"], item["not_counted"]) == (3, {})
    assert sum(item["weeks"]["scans"]) == 3


def test_a_code_that_shows_another_version_goes_on_counting_for_its_paper(
    client: FlaskClient, session: Session, now: datetime, later: Callable[[], None]
) -> None:
    run = make_run(session, now)
    newer = make_run(session, now, contents={"vi": {"blocks": [
        {"type": "paragraph", "text": "Bản mới, theo luật mới."}]}})  # fmt: skip
    path = f"/q/{run.code}"
    plain = {"accept_encoding": "identity"}
    assert "luật mới" not in scan(client, path, "27.64.8.1", **plain).text
    run.destination_version_id = newer.version_id
    session.commit()
    later()
    after = scan(client, path, "27.64.8.2", **plain)
    assert (after.status_code, "luật mới" in after.text) == (200, True)
    assert desk().recorder.flush()
    as_planner(client, session, now)
    of_paper, of_text = read(client, run.code, newer.code)
    assert (of_paper["scans"], of_paper["copies"]) == (2, run.copies)
    assert of_text["scans"] == 0
