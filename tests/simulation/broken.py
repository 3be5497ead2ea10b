"""Mistakes that other sync engines ship, one a variant. The simulator must catch every one of them.

Each changes one method of the model server or of the phone; the name says what somebody might
have thought. `BROKEN` maps name -> (server, replica).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sync import feed
from sync import outcome as outcomes
from sync.fields import MergePolicy
from sync.operation import Operation
from sync.outcome import Applied, Outcome, Parked, Retry
from sync.reconcile import Context, Reconciled, reconcile
from sync.record import Record
from sync.replica import Replica
from tests.simulation.rules import POLICY
from tests.simulation.server import Bug, ModelServer
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
            return self.transaction(request, request["operations"])
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

    def _die_if(self, moment: str) -> None:
        if self.crash == moment == "before_commit":
            self.crash = None
            self.state_lost = True
        else:
            super()._die_if(moment)

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


class ForgetsOnSending(Replica):
    """What was sent needs no keeping."""

    def make_request(self, **sizes: int) -> Wire:
        request = super().make_request(**sizes)
        sent = {wire["id"] for wire in request["operations"]}
        self.outbox = [pending for pending in self.outbox if pending.wire["id"] not in sent]
        return request


class ForgetsWhenAcknowledged(Replica):
    """What the server acknowledged is on the server for ever, whatever it is restored from."""

    def _offer_again(self) -> None:
        self.kept = {}


class KeepsCursorOverLives(Replica):
    """A cursor is a number; the life of the database does not matter."""

    def take_answer(self, request: Wire, answer: Wire) -> None:
        super().take_answer(request, {**answer, "incarnation": "always the same"})


class ShowsOwnVersion(Replica):
    """The phone merges: the shadow takes over my values, whatever the outcome says."""

    def _take_outcome(self, told: Wire, wire: Wire, at: str) -> bool:
        for shadow in self.scopes.values():
            row: Any = shadow.rows.get(wire["activity"])
            if row is not None and told["outcome"] == "conflict":
                shadow.rows[row["id"]] = {**row, "fields": {**row["fields"], **wire["set"]}}
        return super()._take_outcome(told, wire, at)


BROKEN: dict[str, tuple[type[ModelServer], type[Replica]]] = {
    variant.__name__: (variant, Replica)
    for variant in (
        LastWriterWins, ForgetsOperations, CountsDuplicates, TrustsTheId, ApprovesByBase,
        PoisonSpoilsTheBatch, OneQueueADevice, AnswersBeforeCommit, CursorFromCounter,
        TombstoneWins, WithdrawalUnseen, TornGroups, UnstampedDecision, MergesWithoutChecking,
    )
} | {
    variant.__name__: (ModelServer, variant)
    for variant in (
        ForgetsOnSending, ForgetsWhenAcknowledged, KeepsCursorOverLives, ShowsOwnVersion,
    )
}  # fmt: skip
