"""Leaflets and runs as the API tells them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from server import clock
from server.leaflets import queries, wire
from server.leaflets.models import Leaflet, PrintRun
from tests.factories.leaflets import make_run, make_version


def told(session: Session, now: datetime, run: PrintRun) -> dict[str, object]:
    row = queries.run(session, run.id)
    assert row is not None
    (item,) = wire.runs(session, [row], clock.today_in_vietnam(now))
    return item


def test_a_run_says_where_it_is_and_whether_it_is_over(session: Session, now: datetime) -> None:
    run = make_run(session, now, period=(date(2026, 1, 1), date(2026, 11, 20)))
    item = told(session, now, run)
    assert (item["unit_name"], item["status"]) == ("Phường Ba Đình", "active"), "its last day"
    run.period_to = date(2026, 11, 19)
    assert told(session, now, run)["status"] == "ended"
    run.status = "stopped"
    assert told(session, now, run)["status"] == "stopped"


def test_outdated_is_what_stands_on_paper(session: Session, now: datetime) -> None:
    printed = make_version(session, now, law_date=date(2025, 7, 1))
    leaflet = session.get_one(Leaflet, printed.leaflet_id)
    newer = make_version(session, now, leaflet=leaflet, number=2)
    run = make_run(session, now, printed)
    run.destination_version_id = newer.id
    session.commit()
    item = told(session, now, run)
    assert (item["version"], item["shown_version"], item["outdated"]) == (1, 2, True)


def test_files_are_named_by_their_hash(session: Session, now: datetime) -> None:
    version = make_version(session, now)
    assert wire.version(version, date(2026, 11, 20))["pdf_url"] is None
    version.pdf_sha256 = "a" * 64
    assert wire.version_head(version, date(2026, 11, 20))["pdf_url"] == f"/leaflets/{'a' * 64}.pdf"
