"""What the model server's database holds. A committed `State` never changes; a transaction works
on a copy, so a backup is a reference and a crash before the commit is forgetting the copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sync import digest as digests
from sync import feed
from sync.admission import Stored
from sync.conflict import Conflict, Standing
from sync.ledger import Word
from sync.record import Record
from tests.simulation.rules import COMMUNES

Wire = dict[str, Any]
#: Of a report that was taken back or refused, or was never sent, nothing counts anyway.
COUNTED = ("submitted", "returned", "approved")


def pair_of(one: str, other: str) -> tuple[str, str]:
    """Two activities, whichever is named first."""
    return (one, other) if one < other else (other, one)


@dataclass(frozen=True)
class Logged:
    """A row of the operation log. `body` is kept where the operation had no effect."""

    stored: Stored
    activity: str
    device: str
    n: int | None
    fork: bool
    body: Wire | None
    account: str = ""
    epoch: int | None = None


@dataclass(frozen=True)
class Settled:
    """How a parked operation ended (accept, dismiss, instead), and what came in its stead."""

    how: str
    successor: str | None


@dataclass(frozen=True)
class Notice:
    """A document in an account's scope."""

    id: str
    scope: str
    version: int
    text: Any
    gone: bool = False
    type: str = "notice"


@dataclass
class State:
    """`seqs` gives the latest number of every synced row, records and notices alike."""

    records: dict[str, Record] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    seqs: dict[str, int] = field(default_factory=dict)
    scopes: dict[str, feed.ScopeState] = field(default_factory=dict)
    log: dict[str, Logged] = field(default_factory=dict)
    conflicts: dict[str, tuple[Conflict, ...]] = field(default_factory=dict)
    reviews: dict[str, str] = field(default_factory=dict)
    told_n: dict[str, int] = field(default_factory=dict)
    first_retry: dict[str, float] = field(default_factory=dict)
    bug_tries: dict[str, int] = field(default_factory=dict)
    #: (device, epoch, n) -> the operation that bore the number first.
    numbers: dict[tuple[str, int, int | None], str] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)
    grants: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: Which communes there are, and what took the place of those that ended.
    communes: dict[str, tuple[str, ...]] = field(
        default_factory=lambda: dict.fromkeys(COMMUNES, ())
    )
    #: Closed feeds of which nothing is left, and what stands there for rows that went elsewhere:
    #: (scope, id) -> number, new scope.
    emptied: dict[str, bool] = field(default_factory=dict)
    moved: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    #: Parked operations that nobody need look at any more.
    settled: dict[str, Settled] = field(default_factory=dict)
    #: (operation, account) -> what its author sent in its stead, also if it has not come itself.
    replaced: dict[tuple[str, str], str] = field(default_factory=dict)
    #: Devices that were shut out.
    revoked: dict[str, bool] = field(default_factory=dict)
    #: Activities that may be one, while nobody has decided; pairs that are decided, the latest
    #: last: which of the two counts, or None; and those that count nothing, for another one does.
    twins: dict[str, tuple[str, ...]] = field(default_factory=dict)
    decided: dict[tuple[str, str], str | None] = field(default_factory=dict)
    duplicate_of: dict[str, str] = field(default_factory=dict)
    #: What each phone told of itself last and when, when it was enrolled and as whom before; its
    #: lives that ended; whether its author was told of a loss.
    words: dict[str, Word] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    enrolled: dict[str, float] = field(default_factory=dict)
    formerly: dict[str, str] = field(default_factory=dict)
    lines: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    loss_open: dict[str, bool] = field(default_factory=dict)
    #: Every conflict that ever was, by its id: the activity, whose it is, how it ended.
    standing: dict[str, tuple[str, Standing]] = field(default_factory=dict)

    def copy(self) -> State:
        other = State.__new__(State)
        other.__dict__ = {name: value.copy() for name, value in self.__dict__.items()}
        return other

    def stamp(self, scope: str, id: str, before: int | None, after: int | None) -> None:
        """Give a changed row its number; versions are None where the row is not live."""
        then = self.scopes.get(scope, feed.ScopeState())
        old = None if before is None else (id, before)
        new = None if after is None else (id, after)
        self.scopes[scope] = feed.advance(then, old, new)
        self.seqs[id] = self.scopes[scope].seq

    def rows(self, scope: str, beyond: int = 0) -> list[Wire]:
        """Rows of a scope numbered above `beyond`, as phones see them, in no special order."""
        seqs = self.seqs
        found = [
            self.row(record)
            for record in self.records.values()
            if record.scope == scope and seqs[record.id] > beyond
        ]
        found += [
            {"type": "activity", "id": id, "seq": seq, "gone": True, "moved_to": new}
            for (old, id), (seq, new) in self.moved.items()
            if old == scope and seq > beyond
        ]
        for notice in self.notices.values():
            if notice.scope == scope and seqs[notice.id] > beyond:
                row: Wire = {"type": notice.type, "id": notice.id, "seq": self.seqs[notice.id]}
                row |= {"gone": True} if notice.gone else {
                    "version": notice.version, "body": notice.text}  # fmt: skip
                found.append(row)
        return found

    def row(self, record: Record) -> Wire:
        conflicts = self.conflicts.get(record.id, ())
        return {
            "type": "activity",
            "id": record.id,
            "seq": self.seqs[record.id],
            "version": record.version,
            "digest": record.digest,
            "kind": record.kind,
            "kind_version": record.kind_version,
            "scope": record.scope,
            "status": record.status,
            "fields": dict(record.fields),
            "sets": {"lines": list(record.sets.get("lines", {}).values())},
            "evidence": [
                {**element, "verified": False}
                for element in record.sets.get("evidence", {}).values()
            ],
            "extra": dict(record.extra),
            "author": {"id": record.author},
            "review": self.reviews.get(record.id),
            "conflicts": [shown_conflict(conflict) for conflict in conflicts],
            "duplicate_of": self.duplicate_of.get(record.id),
            "possible_duplicates": sorted(self.twins.get(record.id, ())),
        }


def shown_conflict(conflict: Conflict) -> Wire:
    """An open conflict as phones are shown it."""
    wire = conflict.to_wire()
    values = wire.pop("values")
    return {"id": conflict.id, **wire, "fields": values}


def recomputed_digest(state: State, scope: str) -> int:
    """The scope's digest from all its live rows, to hold against the one kept incrementally."""
    total = 0
    for row in state.rows(scope):
        if not row.get("gone"):
            total = digests.add(total, None, (row["id"], row["version"]))
    return total


def row_without_body(row: Mapping[str, Any]) -> Wire:
    return {name: row[name] for name in ("type", "id", "seq", "version", "digest", "status")}
