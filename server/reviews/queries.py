"""The only readers of decisions and of the queue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Table,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from server.activities import queries as activities
from server.activities.models import Conflict
from server.http.actor import Actor, Area
from server.reviews.models import Decision

_columns = activities.activities.c
_conflicts: Table = Conflict.__table__  # type: ignore[assignment]


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
    """What the actor is to decide in their area, who waits longest first: submitted activities,
    and those with a conflict or an amendment. Never their own."""
    key = (_columns.changed_at, _columns.id)
    narrowed: list[ColumnElement[bool]] = []
    if kind is not None:
        narrowed.append(_columns.kind == kind)
    if after is not None:
        bound = [literal(value, column.type) for value, column in zip(after, key, strict=True)]
        narrowed.append(tuple_(*key) > tuple_(*bound))
    connection = session.connection()
    rows: list[Row[Any]] = []
    counts: Counter[str] = Counter()
    # Two statements, each by its own index; together they would read the whole table
    for waiting in _waiting(actor, unit_area):
        statement = select(activities.activities).where(*waiting, *narrowed)
        rows += connection.execute(statement.order_by(*key).limit(limit))
        counted = select(_columns.kind, func.count().label("waiting")).where(*waiting)
        counts.update({
            row.kind: row.waiting for row in connection.execute(counted.group_by(_columns.kind))
        })  # fmt: skip
    rows.sort(key=lambda row: (row.changed_at, row.id))
    return QueuePage(rows[:limit], dict(counts))


def _waiting(actor: Actor, unit_area: Area | None) -> list[list[ColumnElement[bool]]]:
    """What each of the two parts of the queue must be."""
    everywhere: list[ColumnElement[bool] | None] = [
        _columns.author_id != actor.account_id,
        activities.within(actor.area),
        None if unit_area is None else activities.within(unit_area),
    ]
    area = [condition for condition in everywhere if condition is not None]
    clashing = select(_conflicts.c.activity_id).where(_conflicts.c.resolved_at.is_(None))
    return [
        [_columns.status == "submitted", *area],
        [
            _columns.status != "submitted",
            _columns.id.in_(clashing),
            asks_reviewer(actor),
            *area,
        ],
    ]


def asks_reviewer(actor: Actor) -> ColumnElement[bool]:
    """The condition that an activity has an open conflict which is no question to its author."""
    return exists().where(
        and_(
            _conflicts.c.activity_id == _columns.id,
            _conflicts.c.resolved_at.is_(None),
            _conflicts.c.author_id != actor.account_id,
            or_(_conflicts.c.author_id != _columns.author_id, _columns.status == "approved"),
        )
    )


def needs(item: Mapping[str, Any]) -> list[str]:
    """What an activity on the wire waits for: decision, conflict, amendment, duplicate."""
    kinds = {conflict["kind"] for conflict in item["conflicts"]}
    found = {
        "decision": item["status"] == "submitted",
        "conflict": bool(kinds - {"amendment"}),
        "amendment": "amendment" in kinds,
        "duplicate": bool(item["possible_duplicates"]),
    }
    return [name for name, is_needed in found.items() if is_needed]


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
