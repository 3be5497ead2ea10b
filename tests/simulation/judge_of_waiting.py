"""What waits for people is settled once, its author hears of it, and what a colleague carries
counts as if its own phone had brought it.

Not here: the other invariants (`oracle`), which hold for these operations as well.
"""

from __future__ import annotations

from typing import Any

from sync import outcome as outcomes
from sync.outcome import Parked
from tests.simulation.contents import same_hash
from tests.simulation.judge import Judge, Violation
from tests.simulation.port import SealedFile
from tests.simulation.state import State, Wire

#: Nobody knows in whose stead what cannot be read came.
UNREADABLE = (outcomes.MALFORMED, outcomes.SERVER_OWNED, outcomes.TOO_LARGE, outcomes.TOO_OLD)


class WaitingJudge(Judge):
    """`replaced`: operation that was parked -> those that its author sent in its stead."""

    def __init__(self) -> None:
        super().__init__()
        self.replaced: dict[str, set[str]] = {}
        self.told: dict[tuple[str, str], int] = {}  # life, device -> how far it said it had come

    def note_word(self, life: str, request: Wire) -> None:
        """The server answered a phone, which had said how far it had come."""
        key = life, request["device"]
        self.told[key] = max(self.told.get(key, 0), request["last_n"])

    def on_words_at_end(self, server: Any) -> None:
        """The loss ledger reckons by the most that each phone ever said."""
        for (life, device), n in self.told.items():
            if life == server.incarnation:
                known = server.state.told_n.get(device, n) >= n
                self.expect("I3 the ledger remembers", known, f"{device} {n}")

    def note_saved(self, wire: Wire) -> None:
        for old in (wire.get("instead"), *wire.get("also", ())):
            if old:
                self.replaced.setdefault(old, set()).add(wire["id"])

    def on_settled(self, before: State, after: State) -> None:
        """A transaction committed: what was settled stays so, and goes in once."""
        if before.settled == after.settled:
            return
        for id, was in before.settled.items():
            self.expect("I4 settled once", after.settled.get(id) == was, f"{id} {was}")
        for id, how in after.settled.items():
            if id in before.settled:
                continue
            mended = self.replaced.get(id, set()) & before.log.keys()
            mended = {each for each in mended if before.log[each].account == after.log[id].account
                      and before.log[each].stored.outcome.reason not in UNREADABLE}  # fmt: skip
            taken = how.how == "accept"
            self.expect("I4 mended or taken", not (taken and mended), f"{id} {how} {mended}")
            if taken:
                successor = after.log.get(how.successor or "")
                if successor is None or successor.stored.outcome.name == Parked.name:
                    raise Violation(f"I7 what is taken goes in: {id} {how}")
                mine = successor.account == after.log[id].account
                self.expect("I8 taken in its author's name", mine, f"{id} {how}")

    def vouched(self, state: State) -> set[str]:
        """Operations for which a reviewer stands."""
        return {each.successor for each in state.settled.values()
                if each.how == "accept" and each.successor}  # fmt: skip

    def on_carried(self, server: Any, file: SealedFile) -> None:
        """A file was taken in: each of its operations has its verdict, or waits like any other."""
        state: State = server.state
        for wire in file.operations:
            row = state.log.get(wire["id"])
            if row is None or not same_hash(row.stored.hash, wire):
                continue  # told to wait, or its id belongs to another one
            owner = state.devices.get(file.device)
            mine = owner is None or row.account == owner or row.device != file.device
            self.expect("I8 carried in its author's name", mine, f"{wire['id']} {row.account}")

    def on_waiting_at_end(self, state: State) -> None:
        """Whoever wrote what a reviewer settled was told so."""
        for id, how in state.settled.items():
            if how.how == "instead":
                continue
            notice = state.notices.get(f"notice:parked:{id}")
            told = notice is not None and not notice.gone
            self.expect("I2 its author hears of it", told, f"{id} {how}")
