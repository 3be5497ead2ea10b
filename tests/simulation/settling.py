"""What waits for a person in the model server: a reviewer settles it, its author sends another one
in its stead, a colleague carries a file of what a phone could not send.

Part of the model server. Not here: the real rooms behind the same events (`real_waiting`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sync import outcome as outcomes
from sync.admission import Stored
from sync.errors import OperationError
from sync.operation import Operation, parse_operation
from sync.outcome import Outcome, Parked, Retry
from tests.simulation import communes
from tests.simulation.port import Bug, SealedFile
from tests.simulation.reforms import Reforms
from tests.simulation.state import Logged, Notice, Settled, State, Wire

#: What a reviewer can take; the rest only its author can mend.
ACCEPTED = (outcomes.NO_PERMISSION, outcomes.REVOKED, outcomes.APPEAL, outcomes.AREA_CHOICE)


class Settling(Reforms):
    """Needs what `ModelServer` sets up."""

    def settle_parked(self, id: str, settlement: str, scope: str | None) -> bool:
        """Accept or dismiss a parked operation and what waits behind it; False if that can't be.
        The same settlement again has no effect."""
        work = self.state.copy()
        known = self.settlement_of(work, id)
        if known is not None:
            return known.how == settlement
        if id not in work.log or not self._is_seen(work, work.log[id]):
            return False
        chain = self._chain(work, id)
        made: dict[str, str] = {}
        if settlement == "accept" and not self._take(work, chain, scope, made):
            return False
        for each in chain:
            work.settled[each] = Settled(settlement, made.get(each))
            self._tell(work, each, settlement)
        self.commit(work, list(made.values()))
        return True

    def settlement_of(self, work: State, id: str) -> Settled | None:
        return work.settled.get(id)

    def note_replaced(self, work: State, operation: Operation, account: str) -> None:
        """Its author sent another one: nobody need look at the old one any more."""
        for old in operation.replaces:
            work.replaced.setdefault((old, account), operation.id)
            self.note_parked(work, old)

    def note_parked(self, work: State, id: str) -> None:
        """It waits for a person, unless what its author sent in its stead came before it."""
        row = work.log.get(id)
        if row is None or row.stored.outcome.name != Parked.name or id in work.settled:
            return
        successor = work.replaced.get((id, row.account))
        if successor is not None:
            work.settled[id] = Settled("instead", successor)

    def carry(self, file: SealedFile, carrier: str) -> None:
        """Take in what a phone had sealed, whoever brings it. Raises Refused for a stranger's."""
        self.push({
            "device": self.sender_of(file, carrier), "epoch": file.epoch, "last_n": 0,
            "operations": list(file.operations),
        })  # fmt: skip

    def sender_of(self, file: SealedFile, carrier: str) -> str:
        self.account_of(carrier)
        return file.device

    def push(self, request: Wire) -> list[Wire]:
        raise NotImplementedError

    def apply(
        self, work: State, operation: Operation, predecessor: Outcome | None, account: str,
        *, vouched: bool,
    ) -> Outcome:  # fmt: skip
        raise NotImplementedError

    def _is_seen(self, work: State, row: Logged) -> bool:
        """Whether a reviewer is shown it: what names no place nobody else can settle."""
        named = (row.body or {}).get("scope")
        placed = isinstance(named, str) and communes.options(work.communes, named)
        return row.stored.outcome.name == Parked.name and (
            row.activity in work.records or bool(placed)
        )

    def _chain(self, work: State, id: str) -> list[str]:
        """The operation and those of the same activity and author that wait behind it."""
        first = work.log[id]
        waiting = [
            each for each, row in work.log.items()
            if row.stored.outcome.name == Parked.name and each not in work.settled and each != id
            and (row.activity, row.account) == (first.activity, first.account)
        ]  # fmt: skip
        chain = [id]
        fit = (outcomes.AFTER_PARKED, first.stored.outcome.reason)
        while True:
            behind = [each for each in waiting if each not in chain
                      and (work.log[each].body or {}).get("after") in chain
                      and work.log[each].stored.outcome.reason in fit]  # fmt: skip
            if not behind:
                return chain
            chain += behind

    def _take(self, work: State, chain: list[str], scope: str | None, made: dict[str, str]) -> bool:
        """The chain's content as new operations, for the same author; False if it can't be."""
        first = work.log[chain[0]]
        reason = first.stored.outcome.reason
        if reason not in ACCEPTED or (reason == outcomes.AREA_CHOICE and scope is None):
            return False
        record = work.records.get(first.activity)
        if reason == outcomes.APPEAL and record is not None and record.status == "rejected":
            after = replace(record, status="returned", version=record.version + 1)
            work.records[record.id] = after
            work.reviews[record.id] = "returned"
            work.stamp(after.scope, after.id, record.version, after.version)
        for each in chain:
            body: Any = work.log[each].body
            made[each] = self.name()
            wire = {**body, "id": made[each], "after": self._stands_for(work, body, made),
                    "scope": scope or body["scope"], "n": None, "instead": each}  # fmt: skip
            try:
                operation = parse_operation(wire)
            except OperationError:
                return False
            before = work.log.get(operation.after or "")
            predecessor = None if before is None else before.stored.outcome
            try:
                outcome = self.apply(work, operation, predecessor, first.account, vouched=True)
            except Bug:
                return False
            if isinstance(outcome, Parked | Retry):
                return False
            stored = Stored(operation.hash, outcome, operation.activity)
            work.log[operation.id] = Logged(
                stored, operation.activity, "", None, False, None, first.account
            )
        return True

    def _stands_for(self, work: State, body: Wire, made: dict[str, str]) -> str | None:
        """What an earlier operation became: itself, what came in its stead, or nothing."""
        after: str | None = body.get("after")
        if after is None or after in made:
            return None if after is None else made[after]
        row = work.log.get(after)
        if row is None or row.stored.outcome.name != Parked.name:
            return after
        settled = work.settled.get(after)
        return None if settled is None else settled.successor

    def _tell(self, work: State, id: str, settlement: str) -> None:
        """The author hears of it by a notice: the outcome that was told never changes."""
        notice = Notice(f"notice:parked:{id}", f"account:{work.log[id].account}", 1, settlement)
        work.notices[notice.id] = notice
        work.stamp(notice.scope, notice.id, None, 1)
