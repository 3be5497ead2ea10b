"""The only writers of activities: operations of phones (`batch`), decisions, photos that arrive.

Not here: whether a decision is allowed from a status, and by whom (`reviews`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, insert, update
from sqlalchemy.orm import Session

from server import problems
from server.activities import duplicates, queries
from server.activities.batch import Result, apply_batch
from server.activities.models import Activity, ActivityCount, ActivityEvent
from server.activities.rows import Delivery
from server.change_feed import operations as change_feed
from server.http.actor import Actor
from server.problems import ProblemError
from sync.operation import Operation

__all__ = ["Delivery", "Result", "StaleVersion", "apply_batch", "apply_operation",
           "record_decision", "touch"]  # fmt: skip

_activities: Table = Activity.__table__  # type: ignore[assignment]
_counts: Table = ActivityCount.__table__  # type: ignore[assignment]
_events: Table = ActivityEvent.__table__  # type: ignore[assignment]


class StaleVersion(Exception):
    """Somebody changed the activity since it was looked at; `row` is how it stands now."""

    def __init__(self, row: Row[Any]) -> None:
        super().__init__(row.id)
        self.row = row


def apply_operation(
    session: Session,
    actor: Actor,
    now: datetime,
    operation: Operation,
    delivery: Delivery | None = None,
) -> Result:
    """Apply one operation: from an import, the demo data, or a batch that is replayed."""
    (result,) = apply_batch(session, actor, now, [operation], delivery)
    return result


def record_decision(
    session: Session,
    actor: Actor,
    now: datetime,
    activity_id: str,
    status: str,
    review: dict[str, Any],
    expected_version: int,
) -> Row[Any]:
    """Set `status` and `review` if the activity still is at `expected_version`.

    `review` is `{"decision", "by", "at", "remarks"}` as the wire shows it. Returns the row
    afterwards (version + 1). Raises `not-found`, or `StaleVersion` with the present row.
    """
    row = queries.get(session, activity_id, lock=True)
    if row is None:
        raise ProblemError(problems.NOT_FOUND)
    if row.version != expected_version:
        raise StaleVersion(row)
    version = row.version + 1
    connection = session.connection()
    connection.execute(
        update(_activities)
        .where(_activities.c.id == activity_id)
        .values(
            status=status,
            review=review,
            version=version,
            changed_at=now,
            approved_version=version if status == "approved" else row.approved_version,
            seq=change_feed.UNSTAMPED,
        )
    )
    connection.execute(
        update(_counts).where(_counts.c.activity_id == activity_id).values(status=status)
    )
    connection.execute(
        insert(_events).values(
            activity_id=activity_id,
            at=now,
            account_id=actor.account_id,
            account_name=actor.name,
            what=review["decision"],
            version=version,
            detail={"status": status, "remarks": review.get("remarks", [])},
        )
    )
    change_feed.mark(session, _activities, row.scope, row.id, row.version, version)
    after = queries.get(session, activity_id)
    assert after is not None
    if status == "approved":
        duplicates.look_again(session, now, after)
    return after


def touch(session: Session, now: datetime, activity_id: str) -> None:
    """Send the activity to its phones again with the same version: a photo was verified."""
    row = queries.get(session, activity_id, lock=True)
    assert row is not None, "only an activity that is there can be touched"
    session.connection().execute(
        update(_activities).where(_activities.c.id == activity_id).values(seq=change_feed.UNSTAMPED)
    )
    change_feed.mark(session, _activities, row.scope, row.id, row.version, row.version)
    duplicates.look_again(session, now, row)
