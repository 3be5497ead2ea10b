"""Conflicts in the database: the one that an operation names, and how rows of them are written.

Not here: deciding (`sync.resolve`), lists for reviewers (`reviews.conflicts`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, exists, select, update
from sqlalchemy.orm import Session

from server.activities.models import Conflict
from server.http.actor import Actor
from sync.conflict import Conflict as Kept
from sync.conflict import Resolution, Standing

conflicts: Table = Conflict.__table__  # type: ignore[assignment]

RESOLVE = (
    update(conflicts)
    .where(conflicts.c.id == bindparam("conflict_id"))
    .values(resolved_at=bindparam("at"), resolved_by=bindparam("by"), resolution=bindparam("how"))
)


def is_open_for(activity_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a conflict of the activity waits for a decision, as a column of a statement."""
    return exists().where(conflicts.c.activity_id == activity_id, conflicts.c.resolved_at.is_(None))


def opened(activity_id: str, conflict: Kept, actor: Actor, now: datetime) -> dict[str, Any]:
    """The row of a conflict that an operation of `actor` left."""
    return {
        "id": conflict.id,
        "activity_id": activity_id,
        "operation_id": conflict.operation,
        "kind": conflict.kind,
        "field_values": [value.to_wire() for value in conflict.values],
        "author_id": actor.account_id,
        "author_name": actor.name,
        "operation_type": conflict.type,
        "opened_at": now,
        "resolved_at": None,
        "resolved_by": None,
        "resolution": None,
    }


def ended(conflict_id: str, resolution: Resolution, actor: Actor, now: datetime) -> dict[str, Any]:
    """Parameters of `RESOLVE`."""
    return {
        "conflict_id": conflict_id, "at": now, "by": actor.account_id,
        "how": resolution.to_wire(),
    }  # fmt: skip


def get(session: Session, activity_id: str, conflict_id: str) -> dict[str, Any] | None:
    """The row of a conflict of that activity, open or not."""
    row = session.connection().execute(
        select(conflicts)
        .where(conflicts.c.id == conflict_id, conflicts.c.activity_id == activity_id)
    ).one_or_none()  # fmt: skip
    return None if row is None else dict(row._mapping)


def standing(row: Mapping[str, Any]) -> Standing:
    """The row as the sync core knows it."""
    wire = {
        "kind": row["kind"],
        "operation": row["operation_id"],
        "type": row["operation_type"],
        "values": row["field_values"],
    }
    how = row["resolution"]
    resolution = None if how is None else Resolution.from_wire(how)
    return Standing(Kept.from_wire(wire), row["author_id"], resolution)
