"""A server of the protocol made only of `sync/` functions, over a dictionary for a database.

Every step that a mistake of another engine concerns is a method of its own, so that `broken` can
put the mistake back. Not here: HTTP, gzip, SQL; `Server` is the port behind which the real
exchange can stand instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sync import admission, feed, limits
from sync import digest as digests
from sync import outcome as outcomes
from sync.admission import Stored
from sync.errors import OperationError
from sync.operation import Operation, parse_operation
from sync.outcome import Applied, Outcome, Parked, Retry, to_wire
from sync.reconcile import Context, Reconciled, reconcile
from sync.record import Record
from tests.simulation.rules import BUG_TITLE, KIND, POLICY, validate
from tests.simulation.state import Logged, Notice, State, Wire, row_without_body


class Crashed(Exception):
    """The server died; the caller hears nothing."""


class Bug(Exception):
    """An unexpected exception of our own code."""


class Server(Protocol):
    """What a phone needs of a server."""

    def sync(self, request: Wire) -> Wire: ...


@dataclass(frozen=True)
class Account:
    """Who a device belongs to, and the feeds that it may read and write."""

    id: str
    scopes: tuple[str, ...]

    @property
    def feeds(self) -> tuple[str, ...]:
        return (*self.scopes, f"account:{self.id}")


@dataclass(frozen=True)
class Watch:
    """Whom the server tells what it did; the oracle, in tests."""

    operation: Callable[[Operation, Record | None, Reconciled], None]
    commit: Callable[[State, State, list[str]], None]


class ModelServer:
    """`accounts` maps device -> account; `clock` gives virtual seconds; `name` makes a new id."""

    def __init__(
        self,
        accounts: dict[str, Account],
        clock: Callable[[], float],
        name: Callable[[], str],
        watch: Watch,
    ) -> None:
        self.accounts = accounts
        self.clock = clock
        self.name = name
        self.watch = watch
        self.state = State()
        self.incarnation = name()
        self.durable_through: float | None = None
        self.seqs_before: dict[str, int] = {}
        self.backups: list[tuple[float, State]] = []
        self.crash: str | None = None  # "before_commit" or "after_commit"
        self.meanwhile: Callable[[], None] | None = None  # another writer, between push and pull

    # ---- the exchange

    def sync(self, request: Wire) -> Wire:
        self.seqs_before = self.state.seqs
        told = self.push(request)
        self._die_if("after_commit")
        return self.pull(request, told)

    def push(self, request: Wire) -> list[Wire]:
        """One transaction for the batch; on a bug of ours, one an operation (PROTOCOL.md 4)."""
        try:
            return self.transaction(request, request["operations"])
        except Bug:
            told: list[Wire] = []
            for raw in request["operations"]:
                try:
                    told += self.transaction(request, [raw])
                except Bug:
                    told.append(self._count_bug(raw, request))
            return told

    def transaction(self, request: Wire, raws: list[Wire]) -> list[Wire]:
        work = self.state.copy()
        device = request["device"]
        work.told_n[device] = max(work.told_n.get(device, 0), request["last_n"])
        told = [self.decide(work, raw, device) for raw in raws]
        self._die_if("before_commit")
        self.commit(work, [raw["id"] for raw in raws])
        return told

    def commit(self, work: State, operations: list[str]) -> None:
        self.watch.commit(self.state, work, operations)
        self.state = work

    def _die_if(self, moment: str) -> None:
        if self.crash == moment:
            self.crash = None
            raise Crashed(moment)

    def decide(self, work: State, raw: Wire, device: str) -> Wire:
        """One operation inside the transaction: its member of `outcomes`."""
        try:
            operation = parse_operation(raw)
        except OperationError as error:
            return self._park_unreadable(work, raw, error, device)
        known = work.log.get(operation.id)
        outcome = self.recall(work, operation, device)
        if outcome is not None:
            return self._told(work, operation, outcome, known is not None and known.fork)
        before = work.log.get(operation.after or "")
        predecessor = admission.predecessor(operation, before.stored if before else None)
        outcome = self.hold_back(work, operation, predecessor, device)
        if outcome is None:
            outcome = self.reconcile(work, operation, predecessor, device)
        if isinstance(outcome, Retry):
            since = work.first_retry.setdefault(operation.id, self.clock())
            if self.clock() - since < limits.RETRY_S_MAX:
                return self._told(work, operation, outcome, False)
            outcome = admission.give_up(outcome)
        fork = self._log(work, operation, outcome, device)
        return self._told(work, operation, outcome, fork)

    def recall(self, work: State, operation: Operation, device: str) -> Outcome | None:
        known = work.log.get(operation.id)
        return admission.recall(operation, None if known is None else known.stored)

    def hold_back(
        self, work: State, operation: Operation, predecessor: Outcome | None, device: str
    ) -> Outcome | None:
        return admission.hold_back(operation, predecessor)

    def reconcile(
        self, work: State, operation: Operation, predecessor: Outcome | None, device: str
    ) -> Outcome:
        if operation.kind != KIND:
            return Retry(outcomes.UNKNOWN_KIND)
        if operation.set.get("title") == BUG_TITLE:
            raise Bug(operation.id)
        account = self.accounts[device]
        record = work.records.get(operation.activity)
        context = Context(
            author=account.id,
            may_write=operation.scope in account.scopes,
            validate=validate,
            open_conflict=bool(work.conflicts.get(operation.activity)),
            predecessor=predecessor,
            incarnation=self.incarnation,
        )
        done = self.meet(record, operation, context)
        self.watch.operation(operation, record, done)
        self._store(work, record, done)
        return done.outcome

    def meet(self, record: Record | None, operation: Operation, context: Context) -> Reconciled:
        return reconcile(record, operation, POLICY, context)

    def _store(self, work: State, before: Record | None, done: Reconciled) -> None:
        after = done.record
        if after is None or (after is before and not done.conflicts):
            return
        work.records[after.id] = after
        if done.conflicts:
            work.conflicts[after.id] = work.conflicts.get(after.id, ()) + done.conflicts
        work.stamp(after.scope, after.id, before.version if before else None, after.version)

    def _log(self, work: State, operation: Operation, outcome: Outcome, device: str) -> bool:
        taken = next(
            (id for id, row in work.log.items() if row.device == device and row.n == operation.n),
            None,
        )
        fork = admission.is_fork(operation, taken)
        body = operation.to_wire() if isinstance(outcome, Parked) else None
        stored = Stored(operation.hash, outcome, operation.activity)
        work.log[operation.id] = Logged(stored, operation.activity, device, operation.n, fork, body)
        return fork

    def _told(self, work: State, operation: Operation, outcome: Outcome, fork: bool) -> Wire:
        record = work.records.get(operation.activity)
        return {
            **to_wire(outcome),
            "id": operation.id,
            "activity": operation.activity,
            "scope": operation.scope,
            "seq": None if record is None else work.seqs[record.id],
            "fork": fork,
        }

    def _park_unreadable(self, work: State, raw: Wire, error: OperationError, device: str) -> Wire:
        hash = f"unreadable {raw!r}"
        outcome = Parked(error.reason, tuple(error.problems))
        known = None if error.id is None else work.log.get(error.id)
        if known is not None and known.stored.hash != hash:
            outcome = Parked(outcomes.ID_REUSE)
        elif error.id is not None and known is None:
            n = raw["n"] if type(raw.get("n")) is int else None
            stored = Stored(hash, outcome, error.activity)
            work.log[error.id] = Logged(stored, error.activity or "", device, n, False, raw)
        return {**to_wire(outcome), "id": raw["id"], "activity": error.activity}

    def _count_bug(self, raw: Wire, request: Wire) -> Wire:
        """`retry`, the third time `parked: bug`, in a transaction without the failing code."""
        work = self.state.copy()
        operation = parse_operation(raw)
        tries = work.bug_tries.get(operation.id, 0) + 1
        work.bug_tries[operation.id] = tries
        outcome: Outcome = Retry(outcomes.BUG)
        fork = False
        if tries >= limits.RETRIES_MAX:
            outcome = Parked(outcomes.BUG)
            fork = self._log(work, operation, outcome, request["device"])
        self.commit(work, [operation.id])
        return self._told(work, operation, outcome, fork)

    # ---- the pull

    def pull(self, request: Wire, told: list[Wire]) -> Wire:
        """A new snapshot after the commit; others may have written in between."""
        if self.meanwhile is not None:
            between, self.meanwhile = self.meanwhile, None
            between()
        account = self.accounts[request["device"]]
        changes: Wire = {}
        room = request["max_rows"]
        for scope in account.feeds:
            cursor = feed.start_of(
                request["cursors"].get(scope), request["incarnation"], self.incarnation
            )
            now = self.state.scopes.get(scope, feed.ScopeState())
            digest = digests.to_text(now.digest)
            if now.seq <= cursor and request["digests"].get(scope, digest) == digest:
                continue
            page = self.page(scope, cursor, room) if room else feed.Page((), cursor, True)
            room -= len(page.rows)
            rows = [self._lighter(row, told, cursor) for row in page.rows]
            changes[scope] = {"to": page.to, "more": page.more, "digest": digest, "rows": rows}
        return {
            "incarnation": self.incarnation,
            "server_time": moment(self.clock()),
            "beacon": "",
            "outcomes": told,
            "changes": changes,
            "grants": {"added": [], "dropped": [], "moved": {}},
            "durable_through": self.durable_through and moment(self.durable_through),
            "oldest_protocol": limits.OLDEST_PROTOCOL,
            "retry_after_s": 0,
        }

    def page(self, scope: str, cursor: int, limit: int) -> feed.Page:
        return feed.page(self.state.rows(scope), cursor, limit)

    def _lighter(self, row: Any, told: list[Wire], cursor: int) -> Wire:
        """Without its body, where the phone has it: its own changes on a row that it had seen."""
        own = [each for each in told if each["activity"] == row["id"]]
        applied = all(each["outcome"] == Applied.name and not each.get("reason") for each in own)
        before = self.seqs_before.get(row["id"], 0)
        mine = bool(own) and applied and own[-1]["seq"] == row["seq"] and before <= cursor
        return row_without_body(row) if mine else dict(row)

    # ---- others who write

    def review(self, id: str, version: int, decision: str) -> bool:
        """A decision by compare-and-set; False if it comes too late or conflicts are open."""
        record = self.state.records.get(id)
        if record is None or record.version != version or record.status != "submitted":
            return False
        if decision == "approved" and self.state.conflicts.get(id):
            return False
        after = replace(
            record,
            status=decision,
            version=version + 1,
            approved_version=version + 1 if decision == "approved" else record.approved_version,
        )
        work = self.state.copy()
        work.records[id] = after
        work.reviews[id] = decision
        self.stamp_decision(work, record, after)
        self.commit(work, [])
        return True

    def stamp_decision(self, work: State, before: Record, after: Record) -> None:
        work.stamp(after.scope, after.id, before.version, after.version)

    def dismiss_conflicts(self, id: str) -> None:
        """The reviewer keeps the current values; the row is sent again with the same version."""
        work = self.state.copy()
        del work.conflicts[id]
        record = work.records[id]
        work.stamp(record.scope, id, record.version, record.version)
        self.commit(work, [])

    def notify(self, account: str, text: str) -> str:
        work = self.state.copy()
        notice = Notice(self.name(), f"account:{account}", 1, text)
        work.notices[notice.id] = notice
        work.stamp(notice.scope, notice.id, None, 1)
        self.commit(work, [])
        return notice.id

    def withdraw_notice(self, id: str) -> None:
        work = self.state.copy()
        notice = work.notices[id]
        work.notices[id] = replace(notice, gone=True)
        work.stamp(notice.scope, id, notice.version, None)
        self.commit(work, [])

    # ---- backups

    def back_up(self) -> None:
        self.backups.append((self.clock(), self.state))

    def verify_backup(self) -> None:
        """What this backup holds is safe for ever: phones may let go of it."""
        self.durable_through = self.backups[-1][0]

    def restore(self, backup: int) -> None:
        """Go back to a backup that is not older than what was promised; a new life begins."""
        at, state = self.backups[backup]
        assert self.durable_through is not None
        assert at >= self.durable_through
        self.state = state
        self.durable_through = at
        self.backups = self.backups[: backup + 1]
        self.incarnation = self.name()


def moment(seconds: float) -> str:
    """Virtual seconds as a text that sorts like them."""
    return f"{seconds:015.3f}"
