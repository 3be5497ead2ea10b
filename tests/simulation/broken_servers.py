"""Mistakes on the server that other sync engines ship, one a variant; each must be caught.

Each changes one method of the model server; the docstring says what somebody might have thought.
Not here: mistakes on the phone (`broken_phones`), the list of all (`broken`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sync import feed
from sync import outcome as outcomes
from sync.fields import MergePolicy
from sync.operation import Operation
from sync.outcome import Applied, Outcome, Parked, Retry
from sync.reconcile import Context, Reconciled, reconcile
from sync.record import Record
from tests.simulation.communes import leads_to
from tests.simulation.port import Bug, Clash, moment
from tests.simulation.rules import POLICY
from tests.simulation.server import ModelServer
from tests.simulation.state import State, Wire


class LastWriterWins(ModelServer):
    """The patch is put on whatever is there: what the phone had seen is not asked."""

    def meet(self, record: Record | None, operation: Operation, context: Context) -> Reconciled:
        if record is not None:
            there = {**record.extra, **record.fields}
            operation = replace(operation, was={name: there.get(name) for name in operation.set})
        return reconcile(record, operation, POLICY, context)


class ForgetsOperations(ModelServer):
    """Idempotency is left to the merge; no operation log is asked."""

    def recall(self, work: State, operation: Operation, device: str) -> Outcome | None:
        return None


class CountsDuplicates(ModelServer):
    """Duplicates are told by a counter of the device, not by id and hash."""

    def recall(self, work: State, operation: Operation, device: str) -> Outcome | None:
        known = work.log.get(operation.id)
        seen = [row.n or 0 for row in work.log.values() if row.device == device]
        if known is None and operation.n is not None and operation.n <= max(seen, default=0):
            return Applied()
        return super().recall(work, operation, device)


class TrustsTheId(ModelServer):
    """Same id, same operation: the hash is not compared."""

    def recall(self, work: State, operation: Operation, device: str) -> Outcome | None:
        known = work.log.get(operation.id)
        return None if known is None else known.stored.outcome


class ApprovesByBase(ModelServer):
    """An edit that knew the approved version may change it."""

    def meet(self, record: Record | None, operation: Operation, context: Context) -> Reconciled:
        if record is not None and record.status == "approved":
            knew = operation.base is not None and operation.base >= (record.approved_version or 0)
            if knew and operation.type == "edit":
                opened = replace(record, status="submitted")
                done = reconcile(opened, operation, POLICY, context)
                assert done.record is not None
                return replace(done, record=replace(done.record, status="approved"))
        return reconcile(record, operation, POLICY, context)


class PoisonSpoilsTheBatch(ModelServer):
    """A bug in one operation fails the request, and the phone tries the same batch again."""

    def push(self, request: Wire) -> list[Wire]:
        try:
            return self.again_after_clash(request, request["operations"])
        except Bug:
            return [
                {"id": raw["id"], "activity": raw["activity"], "outcome": "retry", "reason": "bug"}
                for raw in request["operations"]
            ]


class OneQueueADevice(ModelServer):
    """Order is kept per device: after a parked operation everything waits."""

    def hold_back(
        self, work: State, operation: Operation, predecessor: Outcome | None, device: str
    ) -> Outcome | None:
        parked = [r for r in work.log.values() if r.device == device and r.n is not None]
        if any(isinstance(r.stored.outcome, Parked) and r.n < (operation.n or 0) for r in parked):  # type: ignore[operator]
            return Retry(outcomes.AFTER_UNKNOWN)
        return super().hold_back(work, operation, predecessor, device)


class AnswersBeforeCommit(ModelServer):
    """The answer leaves while the transaction is still open."""

    def _fail_at(self, moment: str) -> None:
        if self.fault == moment == "before_commit":
            self.fault = None
            self.state_lost = True
        else:
            super()._fail_at(moment)

    state_lost = False

    def transaction(self, request: Wire, raws: list[Wire]) -> list[Wire]:
        before = self.state
        told = super().transaction(request, raws)
        if self.state_lost:
            self.state_lost = False
            self.state = before
        return told


class CursorFromCounter(ModelServer):
    """The new cursor is the scope's counter, not the largest number returned."""

    def page(self, scope: str, cursor: int, limit: int) -> feed.Page:
        page = super().page(scope, cursor, limit)
        return replace(page, to=self.state.scopes.get(scope, feed.ScopeState()).seq, more=False)


class TombstoneWins(ModelServer):
    """An edit of what was withdrawn is thrown away politely."""

    def meet(self, record: Record | None, operation: Operation, context: Context) -> Reconciled:
        if record is not None and record.status == "withdrawn" and operation.type == "edit":
            return Reconciled(Applied(version=record.version), record)
        return reconcile(record, operation, POLICY, context)


class WithdrawalUnseen(ModelServer):
    """A withdrawal takes with it what others added and its author had not seen."""

    def meet(self, record: Record | None, operation: Operation, context: Context) -> Reconciled:
        if record is not None and operation.type == "withdraw":
            operation = replace(operation, base=record.version, incarnation=None)
        return reconcile(record, operation, POLICY, replace(context, predecessor=None))


class TornGroups(ModelServer):
    """Each field is merged by itself: one's latitude with the other's longitude."""

    def meet(self, record: Record | None, operation: Operation, context: Context) -> Reconciled:
        torn = MergePolicy((), POLICY.set_fields, POLICY.known_fields)
        return reconcile(record, operation, torn, context)


class UnstampedDecision(ModelServer):
    """A decision is written past the one door that gives numbers."""

    def stamp_decision(self, work: State, before: Record, after: Record) -> None:
        return None


class MergesWithoutChecking(ModelServer):
    """Two valid sides are taken to make a valid whole."""

    def meet(self, record: Record | None, operation: Operation, context: Context) -> Reconciled:
        return reconcile(record, operation, POLICY, replace(context, validate=lambda f, s, st: []))


class ServesUngranted(ModelServer):
    """Whoever asks for a feed by its name may read it: the phone follows what it follows."""

    def feeds_of(self, device: str) -> tuple[str, ...]:
        known = super().feeds_of(device)
        asked = tuple(self.asked.get(device, ()))
        return tuple(dict.fromkeys((*known, *asked)))

    asked: Mapping[str, Iterable[str]] = {}

    def sync(self, request: Wire) -> Wire:
        self.asked = {request["device"]: request["cursors"]}
        try:
            return super().sync(request)
        finally:
            self.asked = {}


class WritesWithoutGrant(ModelServer):
    """Permission was checked when the phone was enrolled."""

    def scopes_of(self, account: str) -> tuple[str, ...]:
        first = next(each.scopes for each in self.accounts.values() if each.id == account)
        return tuple(dict.fromkeys((*super().scopes_of(account), *first)))


class AnswersFromTheOldSnapshot(ModelServer):
    """One snapshot is enough: the pull reads what stood there before the push."""

    def pull(self, request: Wire, told: list[Wire]) -> Wire:
        after, self.state = self.state, self.before_push
        try:
            return super().pull(request, told)
        finally:
            self.state = after

    def push(self, request: Wire) -> list[Wire]:
        self.before_push = self.state
        return super().push(request)


class HalfOfAClash(ModelServer):
    """After a deadlock the transaction goes on where it was."""

    def again_after_clash(self, request: Wire, raws: list[Wire]) -> list[Wire]:
        try:
            return self.transaction(request, raws)
        except Clash:
            half = raws[: (len(raws) + 1) // 2]
            told = self.transaction(request, half)
            left = raws[len(half) :]
            return told + [
                {"id": raw["id"], "activity": raw["activity"], "outcome": "applied",
                 "version": 1, "scope": raw["scope"], "seq": None} for raw in left
            ]  # fmt: skip


class PromisesTooEarly(ModelServer):
    """A backup is a backup: nobody needs to have read it."""

    def back_up(self) -> None:
        super().back_up()
        self.promised = self.clock()

    promised = 0.0

    def pull(self, request: Wire, told: list[Wire]) -> Wire:
        answer = super().pull(request, told)
        return answer | {"durable_through": moment(self.promised) if self.promised else None}


class KeepsItsNameWhenRestored(ModelServer):
    """A restored server keeps the name of its life: nothing has changed for anybody."""

    def restore(self, backup: int) -> None:
        life = self.incarnation
        super().restore(backup)
        self.incarnation = life


class AnyoneDecides(ModelServer):
    """A conflict is decided by whoever looks at it first."""

    def settle(
        self, work: State, before: Record | None, operation: Operation, context: Context
    ) -> Reconciled:
        if operation.type == "resolve":
            context = replace(context, may_review=True, author="whoever")
        return super().settle(work, before, operation, context)


class LastAnswerWins(ModelServer):
    """A second answer corrects the first."""

    def settle(
        self, work: State, before: Record | None, operation: Operation, context: Context
    ) -> Reconciled:
        if context.standing is not None:
            context = replace(context, standing=replace(context.standing, resolution=None))
        return super().settle(work, before, operation, context)


class OneAnswerEndsAll(ModelServer):
    """Whoever has decided on an activity has decided on all that was open there."""

    def settle(
        self, work: State, before: Record | None, operation: Operation, context: Context
    ) -> Reconciled:
        done = super().settle(work, before, operation, context)
        if done.resolution is not None:
            work.conflicts.pop(operation.activity, None)
        return done


class AcceptsOverWhatCameLater(ModelServer):
    """What a reviewer accepts is put in, whatever stands there by now."""

    def meet(self, record: Record | None, operation: Operation, context: Context) -> Reconciled:
        if record is not None and operation.type == "resolve" and context.standing is not None:
            there = {**record.extra, **record.fields}
            names = {*operation.set, *(value.field for value in context.standing.conflict.values)}
            operation = replace(operation, was={name: there.get(name) for name in names})
        return super().meet(record, operation, context)


class ShutOutReads(ModelServer):
    """A phone that delivers gets an answer like any other."""

    def take_in_escrow(self, request: Wire) -> Wire:
        feeds = super().scopes_of(self.account_of(request["device"]).id)
        told = self.push(request)
        changes: Wire = {}
        for scope in feeds:
            page = self.page(scope, 0, 50)
            changes[scope] = {"to": page.to, "more": False, "digest": "", "rows": list(page.rows)}
        return self.answer(told, changes, {"added": [], "dropped": [], "moved": {}})


class ShutOutWrites(ModelServer):
    """What was done before the phone was shut out goes in as if nothing had happened."""

    def decide(self, work: State, raw: Wire, request: Wire) -> Wire:
        shut, work.revoked = work.revoked, {}
        try:
            return super().decide(work, raw, request)
        finally:
            work.revoked = shut


class ForgetsItsWord(ModelServer):
    """What a phone said last is what it is: the ledger of an older copy of it begins anew."""

    def note_word(self, work: State, request: Wire) -> None:
        work.told_n[request["device"]] = request["last_n"]


class ClosedFeedTakesMore(ModelServer):
    """Where a report goes is where its phone says: the merger is dealt with by the mover."""

    def place(
        self, work: State, record: Record | None, operation: Operation, account: str
    ) -> str | Parked:
        return operation.scope if record is None else record.scope


class OldNamesAreStrange(ModelServer):
    """A commune that was merged away is none."""

    def place(
        self, work: State, record: Record | None, operation: Operation, account: str
    ) -> str | Parked:
        if work.communes.get(operation.scope):
            return Parked(outcomes.WRONG_SCOPE)
        return super().place(work, record, operation, account)


class TheHeirTakesAll(ModelServer):
    """Who reports in a divided commune means the part that takes its rows."""

    def place(
        self, work: State, record: Record | None, operation: Operation, account: str
    ) -> str | Parked:
        found = super().place(work, record, operation, account)
        return leads_to(work.communes, operation.scope) if isinstance(found, Parked) else found


class MovesUnstamped(ModelServer):
    """A row that nobody changed needs no number."""

    def move(self, work: State, record: Record, new: str) -> None:
        work.records[record.id] = replace(record, scope=new)
