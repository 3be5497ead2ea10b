"""From records of the sync core to rows and back, and the bulk statements that write a batch.

Not here: any decision; by now everything is decided (`batch`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Table, delete
from sqlalchemy.orm import Session

from server import catalogue
from server.activities import conflicts, history, parked
from server.activities.models import (
    Activity,
    ActivityCount,
    ActivityEvent,
    ActivityEvidence,
    Conflict,
    OperationLog,
)  # fmt: skip
from server.activities.placement import Place
from server.activities.search import search_text
from server.activities.wire import EVIDENCE
from server.catalogue.derive.counting import count, counts
from server.catalogue.rules import Reading
from server.change_feed import operations as change_feed
from server.database import bulk
from server.database.among import among
from server.http.actor import Actor
from sync import capture
from sync.conflict import Resolution
from sync.operation import Operation
from sync.outcome import Outcome, Parked, Retry, to_wire
from sync.reconcile import Reconciled
from sync.record import Record

EVENT_DATE = "event_date"  # a field of every kind (docs/catalogue.md)

_activities: Table = Activity.__table__  # type: ignore[assignment]
_counts: Table = ActivityCount.__table__  # type: ignore[assignment]
_conflicts: Table = Conflict.__table__  # type: ignore[assignment]
_events: Table = ActivityEvent.__table__  # type: ignore[assignment]
_links: Table = ActivityEvidence.__table__  # type: ignore[assignment]
_log: Table = OperationLog.__table__  # type: ignore[assignment]

#: Beside the columns of an activity that is read for a batch: whether a conflict is open.
DISPUTED = "is_disputed"
#: Columns that an activity keeps from its first row.
_FIXED = frozenset({"id", "scope", "author_id", "author_name", "created_at", "received_at"})
# Made once: making a statement costs more than running it.
_DELETE_COUNTS = delete(_counts).where(among(_counts.c.activity_id, "ids"))


@dataclass(frozen=True, slots=True)
class Delivery:
    """By which phone, and in which of its lives (`epoch`), operations came.

    `sent` is what the phone's clocks said as it sent them; `beacon_of` reads a time of ours that
    a phone held, None for anything else. `vouched`: a reviewer lets them in, whatever their
    author may.
    """

    device_id: str | None = None
    epoch: int | None = None
    sent: capture.PhoneClock = capture.NO_CLOCK
    beacon_of: Callable[[object], datetime | None] = lambda _text: None
    vouched: bool = False


@dataclass(slots=True)
class Held:
    """One activity while a batch is at work: as it was read, and as it stands by now."""

    row: Row[Any] | None
    record: Record | None
    #: All columns of the row, as they are to be written.
    columns: dict[str, Any]
    #: Whether phones must see the row again.
    moved: bool = False
    #: Whether a conflict was open when it was read: what is shown of one changes with the record.
    is_disputed: bool = False
    #: The form as validation read it last, whether or not the record came to be so.
    reading: Reading | None = None

    @classmethod
    def of(cls, row: Row[Any] | None) -> Held:
        """What is there, or the lack of it."""
        if row is None:
            return cls(None, None, {})
        columns = dict(row._mapping)
        disputed = columns.pop(DISPUTED, False)
        return cls(row, record_of(row), columns, is_disputed=bool(disputed))

    def place(self) -> Place:
        """Where the activity lies; only for one that is there."""
        scope = self.columns["scope"]
        return Place(scope, scope.partition(":")[2], self.columns["commune_id"],
                     self.columns["province_code"])  # fmt: skip

    def counts(self) -> list[dict[str, Any]]:
        """Rows of `activity_count`. What validation read and became the record is not read anew."""
        read = self.reading
        is_its = read is not None and self.record is not None and read.fields is self.record.fields
        return counts_of(self.columns, read if is_its else None)

    def settle(
        self,
        record: Record,
        place: Place,
        unit_id: str,
        operation: Operation,
        actor: Actor,
        now: datetime,
        delivery: Delivery,
    ) -> None:
        """Take over what the sync core made of the record."""
        if self.record is None:
            captured = captured_at(operation, now, delivery)
            self.columns = {
                "scope": place.scope,
                "commune_id": place.commune_id,
                "province_code": place.province_code,
                "author_name": actor.name,
                "created_at": captured.likely,
                "captured": captured.to_wire(),
                "received_at": now,
                "submitted_at": None,
                "review": None,
                "duplicate_of": None,
            }
        if record is not self.record:
            was_so = self.record is not None and self.record.status == "submitted"
            submits = operation.type == "submit" or not was_so
            submitted = submits and record.status == "submitted"
            self.columns |= columns_of(record)
            self.columns |= {
                "unit_id": unit_id,
                "changed_at": now,
                "submitted_at": now if submitted else self.columns["submitted_at"],
                "search_text": search_text(self.columns["author_name"], record.fields),
            }
        self.record = record
        self.moved = True


@dataclass(slots=True)
class Writes:
    """Rows that wait to be written, by table."""

    log: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    resolutions: list[dict[str, Any]] = field(default_factory=list)
    resolved: dict[str, Resolution] = field(default_factory=dict)
    parked: list[dict[str, Any]] = field(default_factory=list)
    replaced: list[dict[str, Any]] = field(default_factory=list)
    links: dict[tuple[str, str], str] = field(default_factory=dict)

    def note_outcome(
        self, operation: Operation, outcome: Outcome, actor: Actor, delivery: Delivery,
        now: datetime,
    ) -> None:  # fmt: skip
        """Store the outcome for ever; an operation without effect is kept whole."""
        self.log.append(
            {
                "id": operation.id,
                "hash": operation.hash,
                "account_id": actor.account_id,
                "device_id": delivery.device_id,
                "epoch": delivery.epoch,
                "activity_id": operation.activity,
                "outcome": to_wire(outcome),
                "n": operation.n,
                "received_at": now,
                "body": operation.to_wire() if isinstance(outcome, Parked) else None,
            }
        )

    def note_change(
        self, before: Record | None, done: Reconciled, operation: Operation, actor: Actor,
        now: datetime, putter: str,
    ) -> None:  # fmt: skip
        """Add what happened to the activity's history, its conflicts and its photos.

        `putter` is whose photos come in: the author of what is accepted, not who accepts it.
        """
        after = done.record
        if after is None or isinstance(done.outcome, Retry):
            return
        self.events.append(
            {
                "activity_id": after.id,
                "at": now,
                "account_id": actor.account_id,
                "account_name": actor.name,
                "what": operation.type,
                "version": after.version,
                "detail": history.detail(before, after, operation, done.outcome),
            }
        )
        self.conflicts += [
            conflicts.opened(after.id, conflict, actor, now) for conflict in done.conflicts
        ]
        if done.resolution is not None:
            id = (operation.resolve or {})["conflict"]
            self.resolved[id] = done.resolution
            self.resolutions.append(conflicts.ended(id, done.resolution, actor, now))
        if after is not before:
            self._note_photos(before, after, putter)

    def conflict(self, id: str, activity_id: str) -> Mapping[str, Any] | None:
        """The row of a conflict of that activity that waits to be written."""
        rows = (row for row in self.conflicts if row["id"] == id)
        return next((row for row in rows if row["activity_id"] == activity_id), None)

    def _note_photos(self, before: Record | None, after: Record, putter: str) -> None:
        """Who put a photo there must deliver it; a photo taken away is forgotten."""
        known = {} if before is None else before.sets.get(EVIDENCE, {})
        for sha256 in after.sets.get(EVIDENCE, {}):
            if sha256 not in known:
                self.links[after.id, sha256] = putter
        for sha256 in known:
            if sha256 not in after.sets.get(EVIDENCE, {}):
                self.links.pop((after.id, sha256), None)


def record_of(row: Row[Any]) -> Record:
    """The sync core's view of a row."""
    return Record(
        id=row.id,
        scope=row.scope,
        kind=row.kind,
        kind_version=row.kind_version,
        author=row.author_id,
        status=row.status,
        version=row.version,
        fields=row.fields,
        sets=row.sets,
        extra=row.extra,
        approved_version=row.approved_version,
    )


def columns_of(record: Record) -> dict[str, Any]:
    """The columns that follow from `record` alone."""
    return {
        "id": record.id,
        "kind": record.kind,
        "kind_version": record.kind_version,
        "author_id": record.author,
        "status": record.status,
        "version": record.version,
        "approved_version": record.approved_version,
        "digest": record.digest,
        "fields": dict(record.fields),
        "sets": {name: dict(found) for name, found in record.sets.items()},
        "extra": dict(record.extra),
        "event_date": event_date(record.fields),
    }


def event_date(fields: Mapping[str, Any]) -> date | None:
    """The day of the event, or None in a draft that does not say."""
    try:
        return date.fromisoformat(fields[EVENT_DATE])
    except (KeyError, TypeError, ValueError):
        return None


def captured_at(operation: Operation, now: datetime, delivery: Delivery) -> capture.Capture:
    """When the operation was made, by its own clocks, the sending phone's, and the last beacon."""
    told = operation.captured or {}
    beacon = delivery.beacon_of(told.get("beacon"))
    return capture.estimate(capture.read_clock(told), delivery.sent, now, beacon)


def write(session: Session, writes: Writes, helds: Iterable[Held]) -> None:
    """Write a batch and give each activity that moved its new `seq`, in `columns` too.

    The activities come last, right after their counters: a counter's lock is held for as little
    as can be.
    """
    moved = [held for held in helds if held.moved]
    connection = session.connection()
    _delete_counts(session, moved)
    fresh = {
        _log: writes.log,
        _events: writes.events,
        _conflicts: writes.conflicts,
        parked.parked: writes.parked,
        _links: _fresh_links(session, moved, writes.links),
        _counts: [each for held in moved for each in held.counts()],
    }
    bulk.insert_all(connection, fresh)
    if writes.resolutions:
        connection.execute(conflicts.RESOLVE, writes.resolutions)
    parked.settle_late(session, writes.parked)
    parked.settle_replaced(session, writes.replaced)
    numbers = change_feed.take(session, [_change(held) for held in moved])
    for held, seq in zip(moved, numbers, strict=True):
        held.columns["seq"] = seq
    bulk.upsert_all(connection, _activities, [held.columns for held in moved], _FIXED)


def _change(held: Held) -> change_feed.Change:
    assert held.record is not None
    before = None if held.row is None else held.row.version
    return change_feed.Change(held.columns["scope"], held.record.id, before, held.record.version)


def _delete_counts(session: Session, moved: Sequence[Held]) -> None:
    """Forget what the moved activities counted for."""
    old = [held.columns["id"] for held in moved if held.row is not None]
    if old:
        session.connection().execute(_DELETE_COUNTS, {"ids": old})


def counts_of(columns: Mapping[str, Any], reading: Reading | None = None) -> list[dict[str, Any]]:
    """Rows of `activity_count` for an activity; none while it has no day, or another counts
    for the same event. `reading` is of the columns' fields, where they were read already."""
    kind = catalogue.kinds().get(columns["kind"])
    if kind is None or columns["event_date"] is None or columns["duplicate_of"] is not None:
        return []
    place = {
        name: columns[name]
        for name in ("scope", "commune_id", "province_code", "event_date", "status")
    }
    commune_id = columns["commune_id"]
    if reading is None:
        found = counts(kind, columns["fields"], columns["sets"], commune_id)
    else:
        found = count(kind, reading, commune_id)
    return [
        {
            "activity_id": columns["id"],
            "code": each.code,
            "amount": each.amount,
            "group_key": each.group_key,
            **place,
        }
        for each in found
    ]


def _fresh_links(
    session: Session, moved: Sequence[Held], new: Mapping[tuple[str, str], str]
) -> list[dict[str, Any]]:
    """What `activity_evidence` lacks of the photos that the activities name; what is no longer
    named is taken away."""
    connection = session.connection()
    for held in moved:
        before = set() if held.row is None else set(held.row.sets.get(EVIDENCE, ()))
        if gone := before - set(held.columns["sets"].get(EVIDENCE, ())):
            connection.execute(
                delete(_links).where(
                    _links.c.activity_id == held.columns["id"], _links.c.sha256.in_(gone)
                )
            )
    # A photo that was taken away and put back in one batch keeps the link it had
    kept = {
        (held.row.id, sha256)
        for held in moved
        if held.row is not None
        for sha256 in held.row.sets.get(EVIDENCE, ())
    }
    return [
        {"activity_id": activity_id, "sha256": sha256, "account_id": account_id}
        for (activity_id, sha256), account_id in new.items()
        if (activity_id, sha256) not in kept
    ]
