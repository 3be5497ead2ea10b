"""Conflicts before a reviewer: which wait, and the answer, which is an operation like any other.

Not here: what an answer does (`sync.resolve`), authors who answer on their phones (`exchange`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, literal, select, tuple_
from sqlalchemy.orm import Session

from server import problems
from server.activities import conflicts
from server.activities import operations as activities
from server.activities import queries as activity_queries
from server.database.ids import new_id
from server.http.actor import Actor, Area
from server.problems import ProblemError
from server.reviews import policy
from server.reviews.operations import stale
from server.reviews.queries import asks_reviewer
from server.reviews.states import CLOSED
from sync import outcome as outcomes
from sync.codec import same
from sync.conflict import Resolution, resolver
from sync.errors import OperationError
from sync.operation import parse_operation
from sync.outcome import Outcome, Parked

_columns = activity_queries.activities.c


def waiting(
    session: Session,
    actor: Actor,
    *,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
    unit_area: Area | None = None,
) -> Sequence[Row[Any]]:
    """Activities of the actor's area with a conflict that they are to decide, oldest change
    first. `after` is the key of the last row seen."""
    statement = select(activity_queries.activities).where(
        *(c for c in (
            _columns.author_id != actor.account_id,
            asks_reviewer(actor),
            activity_queries.within(actor.area),
            None if unit_area is None else activity_queries.within(unit_area),
        ) if c is not None)
    )  # fmt: skip
    key = (_columns.changed_at, _columns.id)
    if after is not None:
        bound = [literal(value, column.type) for value, column in zip(after, key, strict=True)]
        statement = statement.where(tuple_(*key) > tuple_(*bound))
    return session.connection().execute(statement.order_by(*key).limit(limit)).all()


def resolve(
    session: Session,
    actor: Actor,
    now: datetime,
    activity_id: str,
    conflict_id: str,
    version: int,
    choice: str,
    typed: Mapping[str, Any],
) -> None:
    """Answer a conflict of the activity as it was at `version`.

    `choice` is current, proposed or values; then `typed` holds them by field. The same answer
    given again is taken as the first time. Raises `not-found`, `forbidden`, `own-work`,
    `stale-review` (with `differences`), `decision-impossible`, `invalid`.
    """
    row = activity_queries.get(session, activity_id, lock=True)
    found = None if row is None else conflicts.get(session, activity_id, conflict_id)
    _ensure_may_resolve(actor, row, found)
    assert row is not None
    if found is None:
        raise ProblemError(problems.NOT_FOUND)
    if found["resolution"] is not None:
        first = Resolution.from_wire(found["resolution"])
        again = choice == first.choice and (choice != "values" or same(dict(typed), first.values))
        if again and found["resolved_by"] == actor.account_id:
            return
        raise stale(session, row, version)
    if row.version != version:
        raise stale(session, row, version)
    try:
        operation = parse_operation(_envelope(row, found, now, choice, typed))
    except OperationError as error:
        raise ProblemError(problems.INVALID, problems=error.problems) from error
    _check(activities.apply_operation(session, actor, now, operation).outcome, row)


def _ensure_may_resolve(
    actor: Actor, row: Row[Any] | None, found: Mapping[str, Any] | None
) -> None:
    """The author between their own phones may do it here, too; all else is a review."""
    if row is not None and found is not None and row.author_id == actor.account_id:
        by = resolver(found["author_id"], row.author_id, row.status)
        if by == "author":
            return
    policy.ensure_may_decide(actor, row)
    if found is not None and found["author_id"] == actor.account_id:
        raise ProblemError(problems.OWN_WORK)


def _envelope(
    row: Row[Any], found: Mapping[str, Any], now: datetime, choice: str, typed: Mapping[str, Any]
) -> dict[str, Any]:
    """The operation, made on exactly what is there: its version was compared under the lock."""
    present = {**row.extra, **row.fields, **row.sets}
    asked = [value["field"] for value in found["field_values"]]
    return {
        "id": new_id(now),
        "activity": row.id,
        "type": "resolve",
        "scope": row.scope,
        "kind": row.kind,
        "kind_version": row.kind_version,
        "base": row.version,
        "set": dict(typed),
        "was": {name: present.get(name) for name in {*asked, *typed}},
        "resolve": {"conflict": found["id"], "choice": choice},
    }


def _check(outcome: Outcome, row: Row[Any]) -> None:
    """An answer that could not be taken is told now, and nothing of it is kept."""
    if not isinstance(outcome, Parked):
        return
    if outcome.reason == outcomes.INVALID:
        raise ProblemError(problems.INVALID, problems=list(outcome.problems))
    if outcome.reason == outcomes.NO_PERMISSION:
        raise ProblemError(problems.FORBIDDEN, action="activity.review")
    reason = CLOSED.get(row.status, {})
    raise ProblemError(
        problems.DECISION_IMPOSSIBLE,
        activity_status=row.status,
        vi=reason.get("vi"),
        en=reason.get("en"),
    )
