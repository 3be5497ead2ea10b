"""The demo's runs are read: most soon after they were handed out, nobody tomorrow."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.cli import demo_scans
from server.http.actor import Area
from server.scans.models import CallBack, Scan, ScanCount, ScanSalt
from tests.factories.scans import make_run

AREA = Area(province_codes=frozenset({"01"}))


def test_the_demo_is_read(session: Session, now: datetime) -> None:
    make_run(session, now, copies=1000)
    make_run(session, now, copies=400, period=(date(2026, 12, 1), date(2026, 12, 31)))
    make_run(session, now, copies=400, province_code="79", commune_id="c-25747-2025")
    total = demo_scans.tell(session, "k" * 48, AREA, now, seed=1)
    session.commit()
    reasons = dict(
        session.execute(
            select(ScanCount.reason, func.sum(ScanCount.amount)).group_by(ScanCount.reason)
        ).all()
    )
    assert sum(reasons.values()) == total
    assert reasons["person"] > 60
    assert {"preview", "bot"} <= set(reasons)
    assert session.execute(select(func.max(Scan.at))).scalar_one() < now
    assert len(set(session.execute(select(Scan.run_id)).scalars())) == 1
    assert session.execute(select(ScanSalt)).all() == []
    assert len(session.execute(select(CallBack)).all()) == 1
