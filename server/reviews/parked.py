"""The list of parked operations, with why each waits and what is to be done, in words.

Not here: settling them (`settling`), and how they came to be parked (`activities`).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Row, Table, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from server.accounts import policy
from server.activities import queries as activities
from server.activities.models import OperationLog
from server.activities.parked import parked
from server.activities.wire import moment
from server.http.actor import Actor, Area

_log: Table = OperationLog.__table__  # type: ignore[assignment]
_columns = parked.c


@functools.cache
def words() -> dict[str, dict[str, dict[str, str]]]:
    """By reason: `{"words": {"vi", "en"}, "todo": {"vi", "en"}}`."""
    path = Path(__file__).with_name("parked_words.yaml")
    found: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def waiting(
    session: Session,
    actor: Actor,
    *,
    reason: str | None = None,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
    unit_area: Area | None = None,
) -> Sequence[Row[Any]]:
    """What waits, oldest first: one's own, and for a reviewer that of their area."""
    seen = [_columns.author_id == actor.account_id]
    if policy.may(actor, "activity.review"):
        area = activities.within(actor.area, _columns)
        seen = [] if area is None else [*seen, area]
    conditions = [
        _columns.settled_at.is_(None),
        or_(*seen) if seen else None,
        None if reason is None else _columns.reason == reason,
        None if unit_area is None else activities.within(unit_area, _columns),
    ]
    key = (_columns.received_at, _columns.id)
    if after is not None:
        bound = [literal(value, column.type) for value, column in zip(after, key, strict=True)]
        conditions.append(tuple_(*key) > tuple_(*bound))
    statement = (
        select(parked, _log.c.body, _log.c.outcome)
        .join(_log, _log.c.id == _columns.id)
        .where(*(condition for condition in conditions if condition is not None))
        .order_by(*key)
        .limit(limit)
    )
    return session.connection().execute(statement).all()


def to_wire(row: Row[Any]) -> dict[str, Any]:
    """An item of the list. `operation` is null where it could not be read at all."""
    said = words().get(row.reason, words()["bug"])
    readable = isinstance(row.body, dict) and "text" not in row.body
    return {
        "id": row.id,
        "reason": row.reason,
        "words": said["words"],
        "todo": said["todo"],
        "activity": row.activity_id or None,
        "kind": row.kind,
        "author": {"id": row.author_id, "name": row.author_name},
        "received_at": moment(row.received_at),
        "operation": row.body if readable else None,
        "problems": row.outcome.get("problems") or [],
    }
