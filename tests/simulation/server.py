"""A server of the protocol made only of `sync/` functions, over a dictionary for a database.

Every step that a mistake of another engine concerns is a method of its own, so that `broken` can
put the mistake back. Not here: HTTP, gzip, SQL; those who write beside the phones (`others`); the
real exchange, which stands behind the same port (`real_server`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sync import admission, feed, limits
from sync import digest as digests
from sync import outcome as outcomes
from sync.admission import Stored
from sync.conflict import Standing
from sync.errors import OperationError
from sync.fields import MergePolicy
from sync.operation import Operation, parse_operation
from sync.outcome import Applied, Outcome, Parked, Retry, to_wire
from sync.reconcile import Context, Reconciled, reconcile
from sync.record import Record
from tests.simulation.communes import is_one_of
from tests.simulation.losses import Losses
from tests.simulation.port import Account, Bug, Clash, Crashed, Refused, Server, Watch, moment
from tests.simulation.rules import BUG_TITLE, KIND, policy_of_version, validate
from tests.simulation.state import Logged, State, Wire, row_without_body

__all__ = ["Account", "Bug", "Crashed", "ModelServer", "Refused", "Server", "Watch", "moment"]

#: How often a batch runs again after a clash with another writer.
CLASHES_MAX = 10


class ModelServer(Losses):
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
        self.before = self.state
        self.backups: list[tuple[float, State]] = []
        self.fault: str | None = None  # what goes wrong next, and where: see `_fail_at`
        self.meanwhile: Callable[[], None] | None = None  # another writer, between push and pull
        self.enrolled: set[str] = set()
        self.version = 2
        self.deploying = False
        self.requests = 0
        self.parsed: dict[int, tuple[Wire, Operation | OperationError]] = {}

    # ---- the exchange

    def sync(self, request: Wire) -> Wire:
        """One request. Raises Crashed where nobody hears, Refused for an HTTP status."""
        self.requests += 1
        if self.deploying:  # two versions answer in turns
            self.version = 2 + self.requests % 2
        self.account_of(request["device"])
        if request["device"] in self.state.revoked:
            return self.take_in_escrow(request)
        self.seqs_before, self.before = self.state.seqs, self.state
        speaks = self.listen(request)
        told = self.push(request)
        self.keep_drafts(request)
        self._fail_at("after_commit")
        if speaks:
            self.tell(self.account_of(request["device"]).id)
        answer = self.pull(request, told)
        self._fail_at("before_answer")
        return answer

    def take_in_escrow(self, request: Wire) -> Wire:
        """A phone that was shut out delivers what it did before, and is told of receipt only."""
        if not request["operations"]:
            raise Refused(401)  # it has nothing to deliver
        bare = {"version": None, "seq": None, "fork": False}
        kept = ("id", "activity", "scope", "outcome", "reason")
        speaks = self.listen(request)
        told = [{n: each.get(n) for n in kept} | bare for each in self.push(request)]
        self._fail_at("after_commit")
        if speaks:
            self.tell(self.account_of(request["device"]).id)
        return self.answer(told, {}, {"added": [], "dropped": [], "moved": {}}) | {"escrow": {}}

    def policy_of(self, kind: str) -> MergePolicy:
        return policy_of_version(self.version)

    def validate(self, fields: Any, sets: Any, status: str) -> list[Any]:
        return validate(fields, sets, status)

    def push(self, request: Wire) -> list[Wire]:
        """One transaction for the batch; on a bug of ours, one an operation (PROTOCOL.md 4)."""
        try:
            return self.again_after_clash(request, request["operations"])
        except Bug:
            # what is noted of the phone has a transaction of its own, whatever its operations do
            told = self.again_after_clash(request, [])
            for raw in request["operations"]:
                try:
                    told += self.again_after_clash(request, [raw])
                except Bug:
                    told.append(self._count_bug(raw, request))
            return told

    def again_after_clash(self, request: Wire, raws: list[Wire]) -> list[Wire]:
        for _ in range(CLASHES_MAX):
            with contextlib.suppress(Clash):
                return self.transaction(request, raws)
        raise Refused(503)

    def transaction(self, request: Wire, raws: list[Wire]) -> list[Wire]:
        work = self.state.copy()
        self.note_word(work, request)
        told = [self.decide(work, raw, request) for raw in raws]
        self._fail_at("before_commit")
        self.commit(work, [raw["id"] for raw in raws])
        # What the commit itself found beside a record gave it another number
        return [{**t, "seq": work.seqs[t["activity"]]} if t.get("seq") else t for t in told]

    def _fail_at(self, moment: str) -> None:
        """Die, clash or wait too long for a lock, if that is what comes next at this moment."""
        if self.fault == moment:
            self.fault = None
            raise Crashed(moment)
        if moment == "before_commit" and self.fault in ("clash", "lock_timeout"):
            fault, self.fault = self.fault, None
            raise Clash if fault == "clash" else Refused(503)

    def decide(self, work: State, raw: Wire, request: Wire) -> Wire:
        """One operation inside the transaction: its member of `outcomes`."""
        device = request["device"]
        operation = self._read(raw)
        if isinstance(operation, OperationError):
            return self._park_unreadable(work, raw, operation, device, request["epoch"])
        known = work.log.get(operation.id)
        outcome = self.recall(work, operation, device)
        if outcome is not None:
            return self._told(work, operation, outcome, known is not None and known.fork, device)
        before = work.log.get(operation.after or "")
        # What came with that id in this very request may have another content.
        sent = next((other for other in request["operations"]
                     if operation.after and other.get("id") == operation.after), None)  # fmt: skip
        own = self._read(sent) if sent is not None else None
        sent_hash = own.hash if isinstance(own, Operation) else None
        stored = before.stored if before else None
        predecessor = admission.predecessor(operation, stored, sent_hash)
        outcome = self.hold_back(work, operation, predecessor, device)
        if device in work.revoked:
            outcome = Parked(outcomes.REVOKED)
        if outcome is None:
            outcome = self.reconcile(work, operation, predecessor, device)
        if isinstance(outcome, Retry):
            since = work.first_retry.setdefault(operation.id, self.clock())
            if self.clock() - since < limits.RETRY_S_MAX:
                return self._told(work, operation, outcome, False, device)
            outcome = admission.give_up(outcome)
        fork = self._log(work, operation, outcome, request)
        return self._told(work, operation, outcome, fork, device)

    def _read(self, raw: Wire) -> Operation | OperationError:
        """An envelope never changes: what was read of one is remembered."""
        found = self.parsed.get(id(raw))
        if found is None:
            read: Operation | OperationError
            try:
                read = parse_operation(raw)
            except OperationError as error:
                read = error
            found = self.parsed[id(raw)] = (raw, read)
        return found[1]

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
        return self.apply(work, operation, predecessor, self.account_of(device).id, vouched=False)

    def apply(
        self, work: State, operation: Operation, predecessor: Outcome | None, account: str,
        *, vouched: bool,
    ) -> Outcome:  # fmt: skip
        """An operation of `account` meets its activity; one that is `vouched` needs no grant."""
        if operation.kind != KIND:
            return Retry(outcomes.UNKNOWN_KIND)
        if operation.set.get("title") == BUG_TITLE:
            raise Bug(operation.id)
        record = work.records.get(operation.activity)
        place = self.place(work, record, operation, account)
        if isinstance(place, Parked):
            return place
        if operation.scope != place and self.means(work, operation, record, place):
            operation = replace(operation, scope=place)  # an earlier name of the same place
        context = Context(
            author=account,
            may_write=vouched or self.may_write(work, account, place),
            validate=validate,
            open_conflict=bool(work.conflicts.get(operation.activity)),
            predecessor=predecessor,
            incarnation=self.incarnation,
            standing=self.standing(work, operation),
        )
        return self.settle(work, record, operation, context).outcome

    def meet(self, record: Record | None, operation: Operation, context: Context) -> Reconciled:
        return reconcile(record, operation, self.policy_of(KIND), context)

    def settle(
        self, work: State, before: Record | None, operation: Operation, context: Context
    ) -> Reconciled:
        """Let the operation meet the record, and write down what comes of it."""
        done = self.meet(before, operation, context)
        self.watch.operation(operation, before, done, context.standing)
        after = done.record
        if after is None or (after is before and not done.conflicts and not done.resolution):
            return done
        work.records[after.id] = after
        there = work.conflicts.get(after.id, ())
        for conflict in done.conflicts:
            there += (conflict,)
            work.standing[conflict.id] = after.id, Standing(conflict, context.author)
        if done.resolution is not None and context.standing is not None:
            ended = replace(context.standing, resolution=done.resolution)
            work.standing[ended.conflict.id] = after.id, ended
            there = tuple(each for each in there if each.id != ended.conflict.id)
        work.conflicts[after.id] = there
        if not there:
            del work.conflicts[after.id]
        work.stamp(after.scope, after.id, before.version if before else None, after.version)
        return done

    def _log(self, work: State, operation: Operation, outcome: Outcome, request: Wire) -> bool:
        device = request["device"]
        number = (device, request["epoch"], operation.n)
        fork = admission.is_fork(operation, work.numbers.get(number))
        work.numbers.setdefault(number, operation.id)
        body = operation.to_wire() if isinstance(outcome, Parked) else None
        stored = Stored(operation.hash, outcome, operation.activity)
        account = self.account_of(device).id
        work.log[operation.id] = Logged(
            stored, operation.activity, device, operation.n, fork, body, account, request["epoch"]
        )
        self.note_parked(work, operation.id)
        self.note_replaced(work, operation, account)
        return fork

    def _told(
        self, work: State, operation: Operation, outcome: Outcome, fork: bool, device: str
    ) -> Wire:
        record = work.records.get(operation.activity)
        known = record is not None and is_one_of(
            work.communes, record.scope, self.scopes_of(self.account_of(device).id)
        )
        return {
            **to_wire(outcome),
            "id": operation.id,
            "activity": operation.activity,
            "scope": record.scope if record is not None and known else operation.scope,
            "seq": None if record is None else work.seqs[record.id],
            "fork": fork,
        }

    def _park_unreadable(
        self, work: State, raw: Wire, error: OperationError, device: str, epoch: int
    ) -> Wire:
        hash = f"unreadable {raw!r}"
        outcome = Parked(error.reason, tuple(error.problems))
        known = None if error.id is None else work.log.get(error.id)
        if known is not None and known.stored.hash != hash:
            outcome = Parked(outcomes.ID_REUSE)
        elif error.id is not None and known is None:
            n = raw["n"] if type(raw.get("n")) is int else None
            stored = Stored(hash, outcome, error.activity)
            owner = self.account_of(device).id
            row = Logged(stored, error.activity or "", device, n, False, raw, owner, epoch)
            work.log[error.id] = row
            self.note_parked(work, error.id)
        return {**to_wire(outcome), "id": raw["id"], "activity": error.activity}

    def _count_bug(self, raw: Wire, request: Wire) -> Wire:
        """`retry`, the third time `parked: bug`, in a transaction without the failing code."""
        work = self.state.copy()
        operation = self._read(raw)
        assert isinstance(operation, Operation)
        tries = work.bug_tries.get(operation.id, 0) + 1
        work.bug_tries[operation.id] = tries
        outcome: Outcome = Retry(outcomes.BUG)
        fork = False
        if tries >= limits.RETRIES_MAX:
            outcome = Parked(outcomes.BUG)
            fork = self._log(work, operation, outcome, request)
        self.commit(work, [operation.id])
        return self._told(work, operation, outcome, fork, request["device"])

    # ---- the pull

    def pull(self, request: Wire, told: list[Wire]) -> Wire:
        """A new snapshot after the commit; others may have written in between."""
        if self.meanwhile is not None:
            between, self.meanwhile = self.meanwhile, None
            between()
        feeds = self.feeds_of(request["device"])
        led = self.leaving(feeds, request["cursors"])
        changes: Wire = {}
        room = request["max_rows"]
        for scope in (*(old for old in led if not self.is_emptied(old)), *feeds):
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
        return self.answer(told, changes, self.grants(feeds, request["cursors"], led))

    def answer(self, told: list[Wire], changes: Wire, grants: Wire) -> Wire:
        return {
            "incarnation": self.incarnation,
            "server_time": moment(self.clock()),
            "beacon": "",
            "outcomes": told,
            "changes": changes,
            "grants": grants,
            "durable_through": self.durable_through and moment(self.durable_through),
            "oldest_protocol": limits.OLDEST_PROTOCOL,
            "retry_after_s": 0,
        }

    def grants(self, feeds: tuple[str, ...], cursors: dict[str, int], led: dict[str, str]) -> Wire:
        """What the account gained and lost against what the phone follows; `led` are feeds that
        lead into one of its own."""
        added = [scope for scope in dict.fromkeys((*feeds, *led)) if scope not in cursors]
        dropped = sorted(set(cursors) - set(feeds) - set(led))
        moved = {old: new for old, new in led.items() if old in cursors and self.is_emptied(old)}
        moved |= self.past(cursors, led)
        return {"added": added, "dropped": dropped, "moved": moved}

    def page(self, scope: str, cursor: int, limit: int) -> feed.Page:
        return feed.page(self.state.rows(scope, cursor), cursor, limit)

    def _lighter(self, row: Any, told: list[Wire], cursor: int) -> Wire:
        """Without its body, where the phone has it: its own changes on a row that it had seen."""
        if row.get("gone"):
            return dict(row)
        own = [each for each in told if each["activity"] == row["id"]]
        applied = all(each["outcome"] == Applied.name and not each.get("reason") for each in own)
        before = self.seqs_before.get(row["id"], 0)
        # What this server does not know the digest does not cover: such a row comes whole.
        applied = applied and not row.get("extra") and not self.is_paired_anew(row["id"])
        mine = bool(own) and applied and own[-1]["seq"] == row["seq"] and before <= cursor
        return row_without_body(row) if mine else dict(row)

    def is_paired_anew(self, id: str) -> bool:
        """Whether another report stands beside it, or in its stead, since this request came."""
        before, now = self.before, self.state
        return (before.twins.get(id), before.duplicate_of.get(id)) != (
            now.twins.get(id), now.duplicate_of.get(id))  # fmt: skip
