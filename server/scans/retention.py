"""How long what tells of readers is kept. Counts stay for ever; they tell of nobody."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_
from sqlalchemy.orm import Session

from server import clock
from server.scans import operations, readership
from server.scans.models import CallBack, Scan

#: A year's campaign can be looked at again with better rules, and compared with the one before.
SCANS_KEPT = timedelta(days=400)
#: After the call a number is kept as long as somebody may ask about it.
DONE_CALLS_KEPT = timedelta(days=30)
#: Nobody waits for a call half a year.
OPEN_CALLS_KEPT = timedelta(days=180)


def tidy(session: Session, now: datetime) -> None:
    """Delete what has been kept long enough, after its sum. Anybody may call it at any time."""
    today = clock.today_in_vietnam(now)
    operations.forget_salts(session, today)
    readership.sum_up(session, today)
    session.execute(delete(Scan).where(Scan.day < today - SCANS_KEPT))
    session.execute(
        delete(CallBack).where(
            or_(
                CallBack.asked_at < now - OPEN_CALLS_KEPT,
                and_(CallBack.done_at.is_not(None), CallBack.done_at < now - DONE_CALLS_KEPT),
            )
        )
    )
