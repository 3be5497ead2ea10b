"""A batch of operations applied in one transaction, by Core statements only.

One statement reads the activities, one the known operations, one the open conflicts; then the
pure core decides operation by operation; then one statement a table writes. Locks are taken in
one order everywhere: activities by id, scope counters last (PROTOCOL.md 4). What an operation
does to a record is decided by `sync.reconcile`; what rows become, by `rows`. Not here: what
happens when our own code fails (`failures`), and the answer on the wire (`exchange`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from server import catalogue, clock
from server.activities import conflicts, duplicates, failures, parked, queries, rows
from server.activities.models import OperationLog
from server.activities.placement import Atlas, Place, ask_for_area, may_review
from server.activities.rows import Delivery
from server.catalogue import Kind, rules
from server.catalogue.derive import merging
from server.catalogue.derive.validation import Fields, Sets, judge
from server.catalogue.wording import Problem
from server.change_feed import queries as change_feed
from server.database.among import among
from server.http.actor import Actor
from sync import admission
from sync import outcome as outcomes
from sync.admission import Stored
from sync.conflict import Standing
from sync.fields import MergePolicy
from sync.operation import Operation
from sync.outcome import Outcome, Parked, Retry, from_wire
from sync.reconcile import Context, reconcile
from sync.record import Record
from sync.upcast import TooOld, upcast_operation, upcast_record

_log: Table = OperationLog.__table__  # type: ignore[assignment]

# Made once: making a statement costs more than running it
_READ_ACTIVITIES = (
    select(queries.activities, conflicts.is_open_for(queries.activities.c.id).label(rows.DISPUTED))
    .where(among(queries.activities.c.id, "ids"))
    .order_by(queries.activities.c.id)
    .with_for_update(of=queries.activities)
)
_READ_KNOWN = select(_log.c.id, _log.c.hash, _log.c.outcome, _log.c.activity_id).where(
    among(_log.c.id, "ids")
)


@dataclass(frozen=True, slots=True)
class Result:
    """What an operation led to. Version, seq and status are the activity's after the batch.

    They are None where there is no activity, or the actor may not know of it. `fresh` is False
    for an operation that was known before; `seq_before` is the activity's before the batch, None
    for a new one. `is_covered` is False where the digest does not tell of all that stands there.
    """

    operation_id: str
    activity_id: str
    scope: str
    outcome: Outcome
    fresh: bool
    version: int | None = None
    seq: int | None = None
    status: str | None = None
    seq_before: int | None = None
    digest: str | None = None
    is_covered: bool = True


@dataclass(slots=True)
class Batch:
    """The working state of one call. `known` holds operations by id, those of this batch too;
    `hashes` what came in this batch, by id."""

    session: Session
    actor: Actor
    now: datetime
    today: date
    delivery: Delivery
    incarnation: str | None
    atlas: Atlas
    held: dict[str, rows.Held]
    known: dict[str, Stored]
    hashes: dict[str, str]
    writes: rows.Writes = field(default_factory=rows.Writes)


def apply_batch(
    session: Session,
    actor: Actor,
    now: datetime,
    operations: Sequence[Operation],
    delivery: Delivery | None = None,
) -> list[Result]:
    """Apply `operations` in their order and return a result for each.

    Idempotent by operation id and hash. The counters are raised at the end, so nothing that is
    synced may be written in this transaction afterwards.
    """
    if not operations:
        return []
    held = _read_activities(session, operations)
    batch = Batch(
        session,
        actor,
        now,
        clock.today_in_vietnam(now),
        delivery or Delivery(),
        _incarnation(session, operations),
        Atlas(session),
        held,
        _read_known(session, operations),  # after the locks: what a writer before us left is seen
        {operation.id: operation.hash for operation in operations},
    )
    decided = [_decide(batch, operation) for operation in operations]
    rows.write(session, batch.writes, held.values())
    paired = duplicates.note(session, actor, now, held.values())
    return [_result(batch, *each, paired) for each in decided]


def _incarnation(session: Session, operations: Sequence[Operation]) -> str | None:
    """The present life, if any operation names a version of some life."""
    if all(operation.base is None for operation in operations):
        return None
    life = change_feed.life(session)
    return None if life is None else life[0]


def _read_activities(session: Session, operations: Sequence[Operation]) -> dict[str, rows.Held]:
    """The batch's activities, locked in the order of their ids."""
    ids = sorted({operation.activity for operation in operations})
    found = {row.id: row for row in session.connection().execute(_READ_ACTIVITIES, {"ids": ids})}
    return {id: rows.Held.of(found.get(id)) for id in ids}


def _read_known(session: Session, operations: Sequence[Operation]) -> dict[str, Stored]:
    """Stored outcomes of the batch's operations, and of those that came before them."""
    ids = {operation.id for operation in operations}
    ids |= {operation.after for operation in operations if operation.after is not None}
    return {
        row.id: Stored(row.hash, from_wire(row.outcome), row.activity_id)
        for row in session.connection().execute(_READ_KNOWN, {"ids": list(ids)})
    }


def _decide(batch: Batch, operation: Operation) -> tuple[Operation, Outcome, bool]:
    """The operation's outcome and whether it is new; its effect waits in `batch`."""
    recalled = admission.recall(operation, batch.known.get(operation.id))
    if recalled is not None:
        return operation, recalled, False
    before = batch.known.get(operation.after) if operation.after else None
    predecessor = admission.predecessor(operation, before, batch.hashes.get(operation.after or ""))
    outcome: Outcome | None = Parked(outcomes.REVOKED)  # of who was shut out a reviewer decides
    if batch.actor.escrow_until is None:
        outcome = admission.hold_back(operation, predecessor)
    if outcome is None:
        outcome = _reconcile(batch, operation, predecessor)
    if isinstance(outcome, Retry):
        if not failures.waited_too_long(batch.session, batch.now, operation.id):
            return operation, outcome, False
        outcome = admission.give_up(outcome)
    batch.known[operation.id] = Stored(operation.hash, outcome, operation.activity)
    batch.writes.note_outcome(operation, outcome, batch.actor, batch.delivery, batch.now)
    if isinstance(outcome, Parked):
        _park(batch, operation, outcome)
    batch.writes.replaced += parked.replacements(operation, batch.actor, batch.now)
    return operation, outcome, True


def _park(batch: Batch, operation: Operation, outcome: Parked) -> None:
    held = batch.held[operation.activity]
    place = parked.place_named(batch.atlas, operation.scope)
    if held.record is not None:
        place = held.place()
    batch.writes.parked.append(
        parked.row_of(operation.id, operation.activity, operation.kind, outcome.reason, place,
                      batch.actor, batch.now)
    )  # fmt: skip


def _reconcile(batch: Batch, operation: Operation, predecessor: Outcome | None) -> Outcome:
    held = batch.held[operation.activity]
    before = held.record
    named = operation.scope.partition(":")[2] if before is None else held.columns["unit_id"]
    place = _place(batch, held, operation)
    if isinstance(place, Parked):
        return place
    if operation.scope != place.scope and _means(batch, operation, place, before):
        operation = replace(operation, scope=place.scope)
    kind = catalogue.kinds().get(operation.kind if before is None else before.kind)
    if kind is None:
        return Retry(outcomes.UNKNOWN_KIND)  # an app newer than this server: its turn will come
    try:
        operation = upcast_operation(operation, kind.history)
    except TooOld:
        return Parked(outcomes.TOO_OLD)
    if before is not None:
        before = held.record = upcast_record(before, kind.history)
    standing = _standing(batch, operation)

    def validate(fields: Fields, sets: Sets, status: str) -> list[Problem]:
        held.reading = rules.read(kind, fields)
        return judge(kind, held.reading, sets, status, batch.today)

    context = Context(
        author=batch.actor.account_id,
        may_write=batch.delivery.vouched or batch.atlas.may_write(batch.actor, place),
        validate=validate,
        predecessor=predecessor,
        incarnation=batch.incarnation,
        may_review=standing is not None and may_review(batch.actor, place),
        standing=standing,
    )
    done = reconcile(before, operation, _policy(kind), context)
    changes = done.record is not before or done.conflicts or done.resolution
    if done.record is not None and changes:
        unit_id = batch.atlas.unit_on(place, rows.event_date(done.record.fields), named)
        held.settle(done.record, place, unit_id, operation, batch.actor, batch.now, batch.delivery)
    putter = batch.actor.account_id if standing is None else standing.author
    batch.writes.note_change(before, done, operation, batch.actor, batch.now, putter)
    return done.outcome


def _means(batch: Batch, operation: Operation, place: Place, before: Record | None) -> bool:
    """Whether the operation means what lies in `place`, though it names another scope: an earlier
    name of the same place, or, standing on nothing of this life of the server, where the activity
    lay in another."""
    if batch.atlas.is_same(operation.scope, place):
        return True
    if before is None:
        return False
    life = change_feed.life(batch.session)
    return operation.base is None or life is None or operation.incarnation != life[0]


def _standing(batch: Batch, operation: Operation) -> Standing | None:
    """The conflict that the operation decides on, those of this batch too."""
    if operation.type != "resolve" or operation.resolve is None:
        return None
    id = operation.resolve["conflict"]
    row = batch.writes.conflict(id, operation.activity)
    row = row or conflicts.get(batch.session, operation.activity, id)
    if row is None:
        return None
    found = conflicts.standing(row)
    ended = batch.writes.resolved.get(id)
    return found if ended is None else replace(found, resolution=ended)


@cache
def _policy(kind: Kind) -> MergePolicy:
    return merging.merge_policy(kind)


def _place(batch: Batch, held: rows.Held, operation: Operation) -> Place | Parked:
    """Where the activity lies already, or where a new one is to lie."""
    if held.record is not None:
        return held.place()
    options = batch.atlas.places(operation.scope)
    if not options:
        return Parked(outcomes.WRONG_SCOPE)
    allowed = [option for option in options if batch.atlas.may_write(batch.actor, option)]
    if len(options) > 1 and allowed and operation.type == "create":
        return ask_for_area(batch.session, options)
    return (allowed or options)[0]


def _result(
    batch: Batch, operation: Operation, outcome: Outcome, fresh: bool, paired: Collection[str]
) -> Result:
    held = batch.held[operation.activity]
    if held.record is None:
        return Result(operation.id, operation.activity, operation.scope, outcome, fresh)
    if not batch.atlas.may_write(batch.actor, held.place()):
        # Not even its version: whoever guesses an id learns nothing
        bare = admission.with_version(outcome, None)
        return Result(operation.id, operation.activity, operation.scope, bare, fresh)
    return Result(
        operation.id,
        operation.activity,
        held.columns["scope"],
        outcome,
        fresh,
        version=held.columns["version"],
        seq=held.columns["seq"],
        status=held.columns["status"],
        seq_before=None if held.row is None else held.row.seq,
        digest=held.columns["digest"],
        is_covered=not (held.columns["extra"] or held.is_disputed or held.columns["id"] in paired),
    )
