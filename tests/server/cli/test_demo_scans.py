"""The demo's runs are read: most soon after they were handed out, nobody tomorrow."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import clock
from server.cli import demo_scans
from server.http.actor import Area
from server.scans.models import CallBack, Scan, ScanCount, ScanSalt
from tests.factories.scans import make_run

AREA = Area(province_codes=frozenset({"01"}))


def test_the_demo_is_read(session: Session, now: datetime) -> None:
    read = make_run(session, now, copies=1000)
    make_run(session, now, copies=400, period=(date(2026, 12, 1), date(2026, 12, 31)))
    make_run(session, now, copies=400, province_code="79", commune_id="c-25747-2025")
    given = {read.code: [(read.period_from, 700), (read.period_from + timedelta(days=8), 200)]}
    total = demo_scans.tell(session, "k" * 48, AREA, given, now, seed=1)
    session.commit()
    reasons = dict(
        session.execute(
            select(ScanCount.reason, func.sum(ScanCount.amount)).group_by(ScanCount.reason)
        ).all()
    )
    assert sum(reasons.values()) == total
    assert 900 * 0.04 <= reasons["person"] <= 900 * 0.14 * 1.5
    assert {"preview", "bot"} <= set(reasons)
    assert session.execute(select(func.max(Scan.at))).scalar_one() < now
    assert len(set(session.execute(select(Scan.run_id)).scalars())) == 1
    days = set(session.execute(select(ScanSalt.day)).scalars())
    assert days <= {clock.today_in_vietnam(now)}, "the salt of a day that is over is gone"
    assert len(session.execute(select(CallBack)).all()) == 1
