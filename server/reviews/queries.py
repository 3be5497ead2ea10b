"""The only readers of decisions and of the queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, literal, select, tuple_
from sqlalchemy.orm import Session

from server.activities import queries as activities
from server.http.actor import Actor, Area
from server.reviews.models import Decision

_columns = activities.activities.c


@dataclass(frozen=True, slots=True)
class QueuePage:
    """`counts` tells by kind how many wait in all, whatever kind the page is narrowed to."""

    rows: Sequence[Row[Any]]
    counts: dict[str, int]


def queue(
    session: Session,
    actor: Actor,
    *,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
    kind: str | None = None,
    unit_area: Area | None = None,
) -> QueuePage:
    """Submitted activities of the actor's area and not their own, who waits longest first."""
    waiting = _waiting(actor, unit_area)
    key = (_columns.changed_at, _columns.id)
    statement = select(activities.activities).where(*waiting).order_by(*key).limit(limit)
    if kind is not None:
        statement = statement.where(_columns.kind == kind)
    if after is not None:
        bound = [literal(value, column.type) for value, column in zip(after, key, strict=True)]
        statement = statement.where(tuple_(*key) > tuple_(*bound))
    connection = session.connection()
    counts = connection.execute(
        select(_columns.kind, func.count().label("waiting")).where(*waiting).group_by(_columns.kind)
    )
    return QueuePage(connection.execute(statement).all(), {row.kind: row.waiting for row in counts})


def _waiting(actor: Actor, unit_area: Area | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool] | None] = [
        _columns.status == "submitted",
        _columns.author_id != actor.account_id,
        activities.within(actor.area),
        None if unit_area is None else activities.within(unit_area),
    ]
    return [condition for condition in conditions if condition is not None]


def decisions(session: Session, activity_id: str) -> list[Decision]:
    """All decisions on an activity, oldest first."""
    return list(
        session.scalars(
            select(Decision).where(Decision.activity_id == activity_id).order_by(Decision.version)
        )
    )


def was_decided(
    session: Session, actor: Actor, row: Row[Any], decision: str, version: int, digest: str
) -> bool:
    """Whether the actor gave this very decision and nothing has happened since.

    A lost answer makes the console ask again; it must not read that somebody was quicker.
    """
    if row.version != version + 1 or row.digest != digest:
        return False
    found = session.scalar(
        select(Decision.id).where(
            Decision.activity_id == row.id,
            Decision.account_id == actor.account_id,
            Decision.decision == decision,
            Decision.version == version,
        )
    )
    return found is not None


def differences(session: Session, row: Row[Any], version: int) -> list[dict[str, Any]]:
    """What changed since `version`: `{"field", "before", "after"}` for each field, and
    `{"field", "added", "removed"}` with the ids of elements for each set.
    """
    before: dict[str, Any] = {}
    added: dict[str, list[str]] = {}
    removed: dict[str, list[str]] = {}
    for event in activities.events(session, row.id):
        if event["version"] <= version:
            continue
        for name, change in event["detail"].get("changes", {}).items():
            before.setdefault(name, change["before"])
        for name, change in event["detail"].get("sets", {}).items():
            added.setdefault(name, []).extend(change["added"])
            removed.setdefault(name, []).extend(change["removed"])
    changed = [
        {"field": name, "before": old, "after": row.fields.get(name)}
        for name, old in before.items()
        if old != row.fields.get(name)
    ]
    for name, came in added.items():
        present = row.sets.get(name, {})
        changed.append({
            "field": name,
            "added": [id for id in dict.fromkeys(came) if id in present],
            "removed": [id for id in dict.fromkeys(removed[name]) if id not in present],
        })  # fmt: skip
    return changed


def activity(session: Session, activity_id: str) -> Row[Any]:
    """The row of an activity that is known to be there."""
    row = activities.get(session, activity_id)
    assert row is not None
    return row
