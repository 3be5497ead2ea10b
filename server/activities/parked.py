"""Parked operations as rows of their own, so that author and reviewer find them and settle them.

The operation itself lies in `operation_log.body`. Not here: why something is parked
(`sync.reconcile`, `failures`), what a reviewer makes of it (`reviews.settling`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from server.activities.placement import Atlas, Place
from server.activities.waiting_models import ParkedOperation, Replacement
from server.database.upsert import insert_or_ignore
from server.http.actor import Actor
from sync.operation import Operation

parked: Table = ParkedOperation.__table__  # type: ignore[assignment]

INSERT = insert(parked).inline()
_replacements: Table = Replacement.__table__  # type: ignore[assignment]
_BEFORE_IT_CAME = select(
    _replacements.c.replaced_id, _replacements.c.author_id, _replacements.c.successor_id
).where(_replacements.c.replaced_id.in_(bindparam("ids", expanding=True)))
_REPLACED = (
    update(parked)
    .where(
        parked.c.id == bindparam("parked_id"),
        parked.c.author_id == bindparam("by"),
        parked.c.settled_at.is_(None),
    )
    .values(
        settled_at=bindparam("at"),
        settled_by=bindparam("by"),
        settlement="instead",
        successor_id=bindparam("successor"),
    )
)


def row_of(
    operation_id: str,
    activity_id: str | None,
    kind: str | None,
    reason: str | None,
    place: Place | None,
    actor: Actor,
    now: datetime,
) -> dict[str, Any]:
    """The row of an operation that was parked just now."""
    return {
        "id": operation_id,
        "reason": reason or "",
        "scope": None if place is None else place.scope,
        "commune_id": None if place is None else place.commune_id,
        "province_code": None if place is None else place.province_code,
        "author_id": actor.account_id,
        "author_name": actor.name,
        "kind": kind,
        "activity_id": activity_id or "",
        "received_at": now,
    }


def place_named(atlas: Atlas, scope: object) -> Place | None:
    """Where an operation wants to go; of a divided unit one part, so that somebody finds it."""
    options = atlas.places(scope) if isinstance(scope, str) else ()
    return options[0] if options else None


def replacements(operation: Operation, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """What `settle_replaced` takes of an operation that says in whose stead it came, if it does."""
    by = {"by": actor.account_id, "at": now, "successor": operation.id}
    return [{"parked_id": id, **by} for id in operation.replaces]


def settle_replaced(session: Session, found: Sequence[Mapping[str, Any]]) -> None:
    """Nobody need look any more at what `replacements` names; what has not come itself, after a
    restoration or beside a courier's file, will find that somebody sent another in its stead."""
    if not found:
        return
    for each in found:
        session.connection().execute(
            insert_or_ignore(
                session, Replacement, replaced_id=each["parked_id"], author_id=each["by"],
                successor_id=each["successor"], received_at=each["at"],
            )
        )  # fmt: skip
    session.connection().execute(_REPLACED, found)


def settle_late(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Of these, parked just now, nobody need look at those that were replaced before they came."""
    if not rows:
        return
    came = {(row["id"], row["author_id"]): row["received_at"] for row in rows}
    found = session.connection().execute(_BEFORE_IT_CAME, {"ids": [row["id"] for row in rows]})
    late = [
        {"parked_id": id, "by": author_id, "at": came[id, author_id], "successor": successor_id}
        for id, author_id, successor_id in found
        if (id, author_id) in came
    ]
    if late:
        session.connection().execute(_REPLACED, late)
