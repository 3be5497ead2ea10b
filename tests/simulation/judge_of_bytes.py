"""I7: a part of a message is nothing, and so is one of which a byte is another.

Not here: what a whole answer does (`oracle`).
"""

from __future__ import annotations

import json
from typing import Any

from sync.replica import Replica
from tests.simulation.contents import same_hash
from tests.simulation.judge import Judge, Violation
from tests.simulation.state import State, Wire


class ByteJudge(Judge):
    """Judges what came of bytes that were not those that were sent."""

    def on_cut(self, server: Any, text: str) -> None:
        """A part of a request reached the server."""
        try:
            json.loads(text)
        except ValueError:
            return
        raise Violation("I7 a part is nothing: the start of a request reads as a request")

    def on_garbled(
        self, before: State, after: State, sent: tuple[Wire, ...], *, read: bool
    ) -> None:
        """Bytes reached the server of which one was wrong; whether it took them for a message."""
        if not read:
            self.expect("I7 what is garbled is nothing", after is before, "refused, with an effect")
            return
        wires = {wire["id"]: wire for wire in sent}
        for id, row in after.log.items():
            if id not in before.log:
                same = id in wires and same_hash(row.stored.hash, wires[id])
                self.expect("I7 what is read is what was sent", same, f"{id}")

    def on_no_answer(self, waiting: int, after: Replica) -> None:
        """No whole answer of ours reached a phone that had so many operations `waiting`."""
        same = len(after.outbox) == waiting
        self.expect("I7 a part is nothing", same, f"{after.device} {waiting}")
