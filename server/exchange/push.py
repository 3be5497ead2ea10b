"""Delivering a batch: one transaction as a rule, one an operation when our own code fails.

The answer is made after the commit. A clash with another writer of the same rows (two requests
with the same batch at once) is no bug: the whole batch runs again and finds what is there.
Not here: what an operation does (`activities.operations`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from flask import current_app
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from server.activities import failures
from server.activities import operations as activities
from server.activities.operations import Delivery, Result
from server.change_feed.operations import ScopeMoved
from server.exchange import beacon, contact
from server.exchange.parsing import Refused, read_operation
from server.exchange.request import SyncRequest
from server.http.actor import Actor
from server.http.transaction import writing
from server.settings import Settings
from sync import outcome as outcomes
from sync.capture import read_clock
from sync.operation import Operation
from sync.outcome import Outcome, Parked, Retry, to_wire

log = structlog.get_logger(__name__)

#: How often a batch runs again after a clash. Each clash means that another writer got through.
CLASHES_MAX = 10
_CLASH_STATES = frozenset({"40001", "40P01", "23505"})  # serialization, deadlock, unique key


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one operation. `result` is None for one that could not be applied at all."""

    operation_id: str | None
    activity_id: str | None
    outcome: Outcome
    result: Result | None = None
    fork: bool = False

    @property
    def is_new_fork(self) -> bool:
        """Whether this operation showed just now that its phone was restored or cloned."""
        return self.fork and self.result is not None and self.result.fresh

    def to_wire(self) -> dict[str, Any]:
        """A member of the answer's `outcomes`: every member, whether it says something or not."""
        return {
            "id": self.operation_id,
            "activity": self.activity_id,
            "version": None,
            "scope": None if self.result is None else self.result.scope,
            "seq": None if self.result is None else self.result.seq,
            "reason": None,
            "problems": [],
            "conflicts": [],
            **to_wire(self.outcome),
            "fork": self.fork,
        }


def deliver(
    actor: Actor, now: datetime, request: SyncRequest, *, told: bool = True
) -> list[Verdict]:
    """Apply the request's operations and, if it `told` it now, what the phone says of itself.

    One verdict an operation, in the request's order. Raises only when the database is away.
    """
    assert actor.device_id is not None, "only phones deliver"
    received = [read_operation(raw, request.suspect) for raw in request.operations]
    delivery = Delivery(actor.device_id, request.epoch, read_clock(request.clock), _beacon_reader())
    for _ in range(CLASHES_MAX):
        try:
            with writing() as session:
                if told:
                    contact.note(session, actor.device_id, now, request)
                return _apply(session, actor, now, delivery, received)
        except (OperationalError, IntegrityError) as error:
            if not is_clash(error):
                _raise_if_away(error)
                log.error("batch_failed", error=type(error).__name__, operations=len(received))
                break
        except ScopeMoved:
            pass  # its commune was merged away between our look and the lock: look again
        except (InterfaceError, PoolTimeoutError):
            raise
        except Exception as error:
            # The class only: messages of databases carry the values of rows
            log.error("batch_failed", error=type(error).__name__, operations=len(received))
            break
    return _replay(actor, now, delivery, received)


def _beacon_reader() -> Callable[[object], datetime | None]:
    settings: Settings = current_app.extensions["loa_settings"]
    return lambda text: beacon.read(settings.secret_key, text) if isinstance(text, str) else None


def is_clash(error: OperationalError | IntegrityError) -> bool:
    """Whether another transaction was in the way, so that the same again will do."""
    original: Any = error.orig
    if getattr(original, "sqlstate", None) in _CLASH_STATES:
        return True
    # SQLite has one writer, so only a key can clash; a lock has been waited for long enough
    return bool(getattr(original, "sqlite_errorname", "") == "SQLITE_CONSTRAINT_PRIMARYKEY")


def _apply(
    session: Session,
    actor: Actor,
    now: datetime,
    delivery: Delivery,
    received: Sequence[Operation | Refused],
) -> list[Verdict]:
    operations = [each for each in received if isinstance(each, Operation)]
    taken = failures.numbers_taken(session, delivery, [op.n for op in operations if op.n])
    refused = [
        _park(session, actor, now, delivery, each) for each in received if isinstance(each, Refused)
    ]
    results = activities.apply_batch(session, actor, now, operations, delivery)
    applied = [
        Verdict(
            operation.id,
            operation.activity,
            result.outcome,
            result,
            fork=operation.n is not None and taken.get(operation.n, operation.id) != operation.id,
        )
        for operation, result in zip(operations, results, strict=True)
    ]
    in_order = {True: iter(refused), False: iter(applied)}
    return [next(in_order[isinstance(each, Refused)]) for each in received]


def _replay(
    actor: Actor, now: datetime, delivery: Delivery, received: Sequence[Operation | Refused]
) -> list[Verdict]:
    """One transaction an operation, so that the one that fails stands alone."""
    verdicts: list[Verdict] = []
    waiting: set[str] = set()
    for each in received:
        if isinstance(each, Operation) and each.activity in waiting:
            verdicts.append(_retry_later(each))
            continue
        try:
            with writing() as session:
                verdicts += _apply(session, actor, now, delivery, [each])
        except (InterfaceError, PoolTimeoutError):
            raise
        except Exception as error:
            if isinstance(error, OperationalError | IntegrityError):
                _raise_if_away(error)
            verdicts.append(_failed(actor, now, delivery, each, error))
        if isinstance(each, Operation) and isinstance(verdicts[-1].outcome, Retry):
            waiting.add(each.activity)
    return verdicts


def _failed(
    actor: Actor, now: datetime, delivery: Delivery, each: Operation | Refused, error: Exception
) -> Verdict:
    """`retry`, or `parked: bug` at the third time. The class of the error only: see `errors`."""
    log.error("operation_failed", operation=each.id, error=type(error).__name__, exc_info=error)
    if isinstance(each, Refused):
        return Verdict(each.id, each.activity, Retry(reason=outcomes.BUG))
    try:
        with writing() as session:
            outcome = failures.count_failure(
                session, actor, now, delivery, each.id, each.hash, each.activity, each.to_wire()
            )
    except IntegrityError:
        # the same request at the same time has counted it, and parked it perhaps: ask again
        outcome = Retry(reason=outcomes.BUG)
    return Verdict(each.id, each.activity, outcome)


def _park(
    session: Session, actor: Actor, now: datetime, delivery: Delivery, each: Refused
) -> Verdict:
    parked = Parked(reason=each.reason, problems=each.problems)
    outcome: Outcome = parked
    newer = each.id is not None and each.reason == outcomes.UNSUPPORTED
    if newer and not failures.waited_too_long(session, now, str(each.id)):
        # A newer app than this server: once that is newer too, it will be understood
        return Verdict(each.id, each.activity, Retry(reason=outcomes.UNSUPPORTED))
    if each.id is not None:
        outcome = failures.park_unreadable(
            session, actor, now, delivery, each.id, each.hash, each.activity, parked, each.text,
            each.told,
        )  # fmt: skip
    return Verdict(each.id, each.activity, outcome)


def _retry_later(operation: Operation) -> Verdict:
    return Verdict(operation.id, operation.activity, Retry(reason=outcomes.AFTER_UNKNOWN))


def _raise_if_away(error: OperationalError | IntegrityError) -> None:
    """A database that is away or locked is no fault of the operation: the phone tries again."""
    if isinstance(error, OperationalError):
        raise error
