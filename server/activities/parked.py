"""Parked operations as rows of their own, so that author and reviewer find them and settle them.

The operation itself lies in `operation_log.body`. Not here: why something is parked
(`sync.reconcile`, `failures`), what a reviewer makes of it (`reviews.settling`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, insert, update

from server.activities.placement import Atlas, Place
from server.activities.waiting_models import ParkedOperation
from server.http.actor import Actor
from sync.operation import Operation

parked: Table = ParkedOperation.__table__  # type: ignore[assignment]

INSERT = insert(parked).inline()
#: Its author sent another operation in its stead: nobody need look at it any more.
REPLACED = (
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
    """Parameters of `REPLACED` for an operation that says in whose stead it came, if it does."""
    by = {"by": actor.account_id, "at": now, "successor": operation.id}
    return [{"parked_id": id, **by} for id in operation.replaces]
