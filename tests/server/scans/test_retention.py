"""What tells of readers goes when its time is over; counts stay."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from server.scans import operations, retention
from server.scans.models import CallBack, Scan, ScanCount, ScanSalt
from tests.server.scans.test_operations import sighting


def call_back(id: str, asked_at: datetime, done_at: datetime | None = None) -> dict[str, object]:
    return {
        "id": id, "run_id": "run", "code": "K7Q3F2M90", "title": "Tờ", "asked_at": asked_at,
        "consent": "2026-11", "sealed": "x", "phone_key": "y", "done_at": done_at,
    }  # fmt: skip


def test_old_scans_and_salts_go_and_counts_stay(session: Session, now: datetime) -> None:
    old = now - retention.SCANS_KEPT - timedelta(days=1)
    operations.record(session, [sighting(old), sighting(now)])
    retention.tidy(session, now)
    session.commit()
    assert session.execute(select(Scan.day)).scalars().all() == [date(2026, 11, 20)]
    assert session.execute(select(ScanSalt.day)).scalars().all() == [date(2026, 11, 20)]
    assert len(session.execute(select(ScanCount.day)).scalars().all()) == 2


def test_numbers_go_after_the_call_and_after_half_a_year(session: Session, now: datetime) -> None:
    def ago(days: int) -> datetime:
        return now - timedelta(days=days)

    session.execute(insert(CallBack), [
        call_back("waits", ago(179)), call_back("forgotten", ago(181)),
        call_back("called", ago(50), ago(29)), call_back("long called", ago(50), ago(31)),
    ])  # fmt: skip
    retention.tidy(session, now)
    session.commit()
    assert set(session.execute(select(CallBack.id)).scalars()) == {"waits", "called"}
