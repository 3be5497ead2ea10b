"""Operations that can't be applied: unreadable ones, and those that meet a bug of ours.

They are kept whole and visible (parked), so that nothing a person reported exists on a phone
only, and so that one of them never blocks the others. Not here: operations that could be read
and were refused by a rule (`batch`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from server.activities import parked
from server.activities.models import OperationLog, OperationTry
from server.activities.placement import Atlas
from server.activities.rows import Delivery
from server.database.among import among
from server.http.actor import Actor
from sync import outcome as outcomes
from sync.limits import INTEGER_MAX, NAME_MAX, RETRIES_MAX, RETRY_S_MAX
from sync.operation import NAME, SCOPE
from sync.outcome import Outcome, Parked, Retry, from_wire, to_wire

_log: Table = OperationLog.__table__  # type: ignore[assignment]
_tries: Table = OperationTry.__table__  # type: ignore[assignment]

# Made once, for every push runs it
_NUMBERS = (
    select(_log.c.n, _log.c.id)
    .where(
        _log.c.device_id == bindparam("device"),
        _log.c.epoch == bindparam("life"),
        among(_log.c.n, "numbers"),
    )
    .order_by(_log.c.received_at.desc())
)  # of a number that came twice, the first operation stays


@dataclass(frozen=True, slots=True)
class Told:
    """What an operation that can't be read says of itself all the same.

    By `n` the loss ledger knows that it came, by `scope` a reviewer finds it.
    """

    n: int | None = None
    scope: str | None = None
    kind: str | None = None


def park_unreadable(
    session: Session,
    actor: Actor,
    now: datetime,
    delivery: Delivery,
    operation_id: str,
    hash: str,
    activity_id: str | None,
    outcome: Parked,
    text: str,
    told: Told | None = None,
) -> Outcome:
    """Keep an operation that can't be read; the same again gets the stored outcome.

    `told` is what it says of itself, for a `text` of which only the beginning is kept.
    """
    row = session.connection().execute(
        select(_log.c.hash, _log.c.outcome).where(_log.c.id == operation_id)
    ).one_or_none()  # fmt: skip
    if row is not None:
        return from_wire(row.outcome) if row.hash == hash else Parked(reason=outcomes.ID_REUSE)
    body = {"text": text}
    told = told or _told_in(text)
    _keep(session, actor, now, delivery, operation_id, hash, activity_id, outcome, body, told)
    return outcome


def count_failure(
    session: Session,
    actor: Actor,
    now: datetime,
    delivery: Delivery,
    operation_id: str,
    hash: str,
    activity_id: str,
    body: dict[str, Any],
) -> Outcome:
    """Our code failed over this operation: `retry`, and at the third time `parked: bug`."""
    connection = session.connection()
    row = connection.execute(
        select(_tries.c.tries, _tries.c.first_at).where(_tries.c.id == operation_id)
    ).one_or_none()
    if row is None:
        connection.execute(insert(_tries).values(id=operation_id, tries=1, first_at=now))
        return Retry(reason=outcomes.BUG)
    if row.tries + 1 < RETRIES_MAX and now - row.first_at < timedelta(seconds=RETRY_S_MAX):
        connection.execute(
            update(_tries).where(_tries.c.id == operation_id).values(tries=row.tries + 1)
        )
        return Retry(reason=outcomes.BUG)
    connection.execute(delete(_tries).where(_tries.c.id == operation_id))
    outcome = Parked(reason=outcomes.BUG)
    told = told_by(body)
    _keep(session, actor, now, delivery, operation_id, hash, activity_id, outcome, body, told)
    return outcome


def waited_too_long(session: Session, now: datetime, operation_id: str) -> bool:
    """Whether the operation has been told `retry` for so long that a person must see it.

    Notes the first time. What it waits for may never come: its phone may be broken.
    """
    connection = session.connection()
    first_at = connection.execute(
        select(_tries.c.first_at).where(_tries.c.id == operation_id)
    ).scalar_one_or_none()
    if first_at is None:
        connection.execute(insert(_tries).values(id=operation_id, tries=0, first_at=now))
        return False
    return bool(now - first_at >= timedelta(seconds=RETRY_S_MAX))


def numbers_taken(session: Session, delivery: Delivery, numbers: Iterable[int]) -> dict[int, str]:
    """Which of the phone's `numbers` arrived before in this epoch, and by which operation.

    A number that comes again with another operation means that the phone was cloned or restored.
    """
    wanted = list(numbers)
    if not wanted or delivery.device_id is None:
        return {}
    rows = session.connection().execute(
        _NUMBERS, {"device": delivery.device_id, "life": delivery.epoch, "numbers": wanted}
    )
    return {row.n: row.id for row in rows}


def _keep(
    session: Session,
    actor: Actor,
    now: datetime,
    delivery: Delivery,
    operation_id: str,
    hash: str,
    activity_id: str | None,
    outcome: Parked,
    body: dict[str, Any],
    told: Told,
) -> None:
    session.connection().execute(
        insert(_log).values(
            id=operation_id,
            hash=hash,
            account_id=actor.account_id,
            device_id=delivery.device_id,
            epoch=delivery.epoch,
            activity_id=activity_id or "",
            outcome=to_wire(outcome),
            n=told.n,
            received_at=now,
            body=body,
        )
    )
    place = parked.place_named(Atlas(session), told.scope)
    row = parked.row_of(operation_id, activity_id, told.kind, outcome.reason, place, actor, now)
    session.connection().execute(parked.INSERT, row)
    parked.settle_late(session, [row])


def told_by(raw: object) -> Told:
    """What `raw` tells, as far as it can be read: what could not be parsed may hold anything."""
    if not isinstance(raw, Mapping):
        return Told()
    n = raw.get("n")
    is_number = isinstance(n, int) and not isinstance(n, bool) and 0 <= n <= INTEGER_MAX
    return Told(
        n=n if is_number else None,
        scope=_readable(raw.get("scope"), SCOPE),
        kind=_readable(raw.get("kind"), NAME),
    )


def _told_in(text: str) -> Told:
    try:
        return told_by(json.loads(text))
    except (ValueError, RecursionError):
        return Told()


def _readable(value: object, pattern: re.Pattern[str]) -> str | None:
    is_name = isinstance(value, str) and len(value) <= NAME_MAX and pattern.fullmatch(value)
    return str(value) if is_name else None
