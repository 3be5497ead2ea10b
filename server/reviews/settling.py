"""Settling what was parked: a reviewer takes it or dismisses it, and its author hears of it.

Taking it makes a new operation with the same content for the same author: what was told of the
old one stays told for ever (I4). Operations that waited behind it go the same way. Not here: the
list (`parked`), corrections by the author, who sends another operation (`exchange`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, Table, select, update
from sqlalchemy.orm import Session

from server import problems
from server.accounts import policy
from server.activities import operations as activities
from server.activities import queries as activity_queries
from server.activities.models import OperationLog
from server.activities.operations import Delivery
from server.activities.parked import parked
from server.activities.wire import moment
from server.change_feed import operations as change_feed
from server.database.ids import new_id
from server.http.actor import Actor
from server.problems import ProblemError
from server.reviews.parked import words
from sync import outcome as outcomes
from sync.errors import OperationError
from sync.operation import parse_operation
from sync.outcome import Outcome, Parked, Retry

Settlement = Literal["accept", "dismiss"]
#: What a reviewer can take; the rest only its author can mend.
ACCEPTED = frozenset(
    {outcomes.NO_PERMISSION, outcomes.REVOKED, outcomes.APPEAL, outcomes.AREA_CHOICE}
)
NOTE_MAX_CHARACTERS = 500

_log: Table = OperationLog.__table__  # type: ignore[assignment]
_WITH_BODY = select(parked, _log.c.body).join(_log, _log.c.id == parked.c.id)
_REOPENED = {
    "vi": "Đã nhận ý kiến; báo cáo được mở lại.",
    "en": "The appeal was accepted; the report is open again.",
}


@dataclass(frozen=True, slots=True)
class Settled:
    """How it ended; `successor_id` is the operation made in its stead, None if dismissed."""

    id: str
    settlement: str
    successor_id: str | None
    activity_id: str


def settle(
    session: Session,
    actor: Actor,
    now: datetime,
    parked_id: str,
    settlement: Settlement,
    note: str = "",
    scope: str | None = None,
) -> Settled:
    """Take or dismiss a parked operation and what waits behind it.

    `note` is for the author; `scope` says where, for `area_choice`. The same settlement again is
    answered as the first time. Raises `not-found`, `forbidden`, `own-work`, `conflict` (settled
    otherwise), `decision-impossible` (with `vi`, `en`), `invalid`.
    """
    row = session.connection().execute(
        select(parked).where(parked.c.id == parked_id).with_for_update()
    ).one_or_none()  # fmt: skip
    _ensure_may_settle(actor, row, settlement)
    assert row is not None
    if row.settled_at is not None:
        if row.settlement != settlement:
            raise ProblemError(problems.CONFLICT, settlement=row.settlement)
        return Settled(row.id, row.settlement, row.successor_id, row.activity_id)
    chain = _chain(session, row)
    successors: Mapping[str, str] = {}
    if settlement == "accept":
        successors = _accept(session, actor, now, chain, note, scope)
    for each in chain:
        session.connection().execute(
            update(parked)
            .where(parked.c.id == each.id)
            .values(
                settled_at=now,
                settled_by=actor.account_id,
                settlement=settlement,
                note=note or None,
                successor_id=successors.get(each.id),
            )
        )
        _tell(session, actor, now, each, settlement, note)
    return Settled(row.id, settlement, successors.get(row.id), row.activity_id)


def _ensure_may_settle(actor: Actor, row: Row[Any] | None, settlement: Settlement) -> None:
    if row is not None and row.author_id == actor.account_id:
        if settlement == "dismiss":
            return  # what one wrote oneself one may let go
        raise ProblemError(problems.OWN_WORK)
    policy.ensure(actor, "activity.review")
    if row is None:
        raise ProblemError(problems.NOT_FOUND)
    if not actor.area.nation and row.province_code is None and row.commune_id is None:
        raise ProblemError(problems.FORBIDDEN, action="activity.review")
    policy.ensure(
        actor,
        "activity.review",
        province_code=row.province_code,
        commune_id=row.commune_id,
        author_id=row.author_id,
    )


def _chain(session: Session, row: Row[Any]) -> list[Row[Any]]:
    """The operation and those of the same activity that wait behind it, in their order."""
    rows = session.connection().execute(
        _WITH_BODY.where(
            parked.c.activity_id == row.activity_id,
            parked.c.author_id == row.author_id,
            parked.c.settled_at.is_(None),
        ).order_by(parked.c.received_at, parked.c.id)
    )
    waiting = {each.id: each for each in rows}
    chain = [waiting.pop(row.id)]
    while True:
        names = {each.id for each in chain}
        behind = [
            each
            for each in waiting.values()
            if (each.body or {}).get("after") in names
            and each.reason in (outcomes.AFTER_PARKED, row.reason)
        ]
        if not behind:
            return chain
        chain += behind
        for each in behind:
            del waiting[each.id]


def _accept(
    session: Session, actor: Actor, now: datetime, chain: list[Row[Any]], note: str,
    scope: str | None,
) -> dict[str, str]:  # fmt: skip
    """Apply the chain's content as new operations; returns their ids by those of the old ones."""
    first = chain[0]
    if first.reason not in ACCEPTED or not isinstance(first.body, dict) or "text" in first.body:
        raise _impossible(first.reason)
    if first.reason == outcomes.AREA_CHOICE and scope is None:
        vi, en = "Chọn xã trước khi nhận.", "Choose the commune first."
        raise _invalid([{"field": "scope", "code": "required", "vi": vi, "en": en}])
    activity = activity_queries.get(session, first.activity_id, lock=True)
    # The author's own feed too, whose notice is stamped later: in the order of all writers
    scopes = [f"account:{first.author_id}", activity.scope if activity else scope or first.scope]
    change_feed.lock_scopes(session, [each for each in scopes if each is not None])
    if first.reason == outcomes.APPEAL and activity is not None and activity.status == "rejected":
        _reopen(session, actor, now, activity, note)
    author = Actor(first.author_id, first.author_name, "collaborator", "")
    made: dict[str, str] = {}
    for each in chain:
        made[each.id] = new_id(now)
        after = each.body.get("after")
        wire = {
            **each.body,
            "id": made[each.id],
            "after": made.get(after) or _standing_for(session, after),
            "scope": scope or each.body["scope"],
            "n": None,
            "instead": each.id,
        }
        try:
            operation = parse_operation(wire)
        except OperationError as error:
            raise _invalid(error.problems) from error
        outcome = activities.apply_operation(
            session, author, now, operation, Delivery(vouched=True)
        ).outcome
        _check(outcome)
    return made


def _standing_for(session: Session, operation_id: str | None) -> str | None:
    """What an earlier operation became: itself, what came in its stead, or nothing."""
    if operation_id is None:
        return None
    found = session.connection().execute(
        select(parked.c.successor_id).where(parked.c.id == operation_id)
    ).one_or_none()  # fmt: skip
    return operation_id if found is None else found.successor_id


def _reopen(session: Session, actor: Actor, now: datetime, activity: Row[Any], note: str) -> None:
    """An appeal that is accepted gives the report back to its author."""
    review = {
        "decision": "return",
        "by": {"id": actor.account_id, "name": actor.name},
        "at": moment(now),
        "remarks": [{"text": note or _REOPENED["vi"]}],
    }
    activities.record_decision(
        session, actor, now, activity.id, "returned", review, activity.version
    )


def _check(outcome: Outcome) -> None:
    """What could not be taken is told now, and nothing of it is kept."""
    if isinstance(outcome, Parked) and outcome.problems:
        raise _invalid(list(outcome.problems))
    if isinstance(outcome, Parked | Retry):
        raise _impossible(outcome.reason or outcomes.BUG)


def _invalid(found: list[Any]) -> ProblemError:
    return ProblemError(problems.INVALID, problems=found)


def _impossible(reason: str) -> ProblemError:
    said = words().get(reason, words()["bug"])
    vi, en = (f"{said['words'][tongue]} {said['todo'][tongue]}" for tongue in ("vi", "en"))
    return ProblemError(problems.DECISION_IMPOSSIBLE, reason=reason, vi=vi, en=en)


def _tell(
    session: Session, actor: Actor, now: datetime, row: Row[Any], settlement: str, note: str
) -> None:
    """A notice to the author: the outcome that their phone was told never changes."""
    change_feed.put_document(
        session,
        f"account:{row.author_id}",
        "notice",
        f"notice:parked:{row.id}",
        {
            "about": "parked",
            "operation": row.id,
            "activity": row.activity_id or None,
            "settlement": settlement,
            "note": note,
            "by": {"id": actor.account_id, "name": actor.name},
            "at": moment(now),
        },
    )
