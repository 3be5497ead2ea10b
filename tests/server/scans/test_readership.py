"""At least how many readers: from rows today, from what is kept for days that are over."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.scans import operations
from server.scans.models import Scan, ScanReaders
from server.scans.readership import lowest, recount, sum_up
from tests.samples import agents
from tests.server.scans.test_operations import sighting

FIRST, TODAY = date(2026, 11, 10), date(2026, 11, 20)


def seen(session: Session, now: datetime) -> None:
    """Two phones a week ago, one of them in an app and in its browser; one phone today."""
    then = now - timedelta(days=7)
    operations.record(session, [
        sighting(then), sighting(then + timedelta(minutes=1), user_agent=agents.IN_APP[0]),
        sighting(then, address="27.64.8.12"),
        sighting(now),
        sighting(now, address="66.249.1.1", user_agent="curl/8.5.0"),
    ])  # fmt: skip
    session.commit()


def by_day(session: Session) -> dict[date, int]:
    return dict(lowest(session, ["run"], FIRST, TODAY, by_day=True))


def test_what_is_kept_and_what_is_counted_agree(session: Session, now: datetime) -> None:
    seen(session, now)
    before = by_day(session)
    assert before == {date(2026, 11, 13): 2, TODAY: 1}
    sum_up(session, TODAY)
    assert by_day(session) == before
    assert lowest(session, ["run"], FIRST, TODAY, by_day=False) == {"run": 3}


def test_only_days_that_are_over_are_kept_and_only_once(session: Session, now: datetime) -> None:
    seen(session, now)
    for _ in range(2):
        sum_up(session, TODAY)
    kept = session.execute(select(ScanReaders.day, ScanReaders.low)).all()
    assert kept == [(date(2026, 11, 13), 2)]


def test_figures_stay_when_rows_go(session: Session, now: datetime) -> None:
    seen(session, now)
    sum_up(session, TODAY + timedelta(days=9))
    before = by_day(session)
    session.execute(delete(Scan))
    assert by_day(session) == before


def test_a_day_judged_anew_is_counted_anew(session: Session, now: datetime) -> None:
    seen(session, now)
    sum_up(session, TODAY)
    session.execute(update(Scan).where(Scan.in_app.is_(False)).values(reason="bot"))
    recount(session, "run", date(2026, 11, 13))
    assert by_day(session)[date(2026, 11, 13)] == 1
