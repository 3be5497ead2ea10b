"""What people do about what waits: reviewers settle what was parked, colleagues carry files.

Not here: phones and their own network.
"""

from __future__ import annotations

from typing import Any

from sync.outcome import Parked
from tests.simulation import communes
from tests.simulation.port import Crashed, Refused, SealedFile
from tests.simulation.scene import Scene

#: Files that lie about at one time: on a stick, in a mailbox, on a colleague's phone.
FILES_MAX = 6


class HandingOverEvents(Scene):
    """Events beside the line between phone and server."""

    files: list[SealedFile]

    def parked_settled(self) -> bool:
        """A reviewer takes or dismisses a parked operation, perhaps one that is settled."""
        log = self.server.state.log
        parked = [id for id, row in log.items() if row.stored.outcome.name == Parked.name]
        fit = [id for id in parked if log[id].account and log[id].body is not None]
        if not fit:
            return False
        id = self.chance.choice(fit[-8:])
        settlement = self.chance.choice(["accept", "accept", "dismiss"])
        scope = self._chosen(log[id])
        done = self.server.settle_parked(id, settlement, scope)
        if done:
            self.settled.append((id, settlement, scope))
        self.counts[f"settlement {settlement if done else 'refused'}"] += 1
        self.note(f"reviewer settles {id[:8]} {settlement} {done}")
        return True

    def settled_again(self) -> bool:
        """The same click twice, or two reviewers at once."""
        there = [each for each in self.settled if each[0] in self.server.state.log]
        if not there:
            return False
        id, settlement, scope = self.chance.choice(there)
        if self.chance.random() < 0.4:
            settlement = "dismiss" if settlement == "accept" else "accept"
        done = self.server.settle_parked(id, settlement, scope)
        self.note(f"reviewer settles {id[:8]} again {settlement} {done}")
        return True

    def _chosen(self, row: Any) -> str | None:
        """The commune that a reviewer chooses where the old one was divided."""
        if row.stored.outcome.reason != "area_choice":
            return None
        options = communes.options(self.server.state.communes, row.body["scope"])
        return self.chance.choice(options) if options else None

    def file_sealed(self) -> bool:
        """A phone seals what waits; nothing leaves its outbox by that."""
        phone = self.chance.choice(self.phones)
        if not phone.disk.outbox:
            return False
        wires = tuple(pending.wire for pending in phone.disk.outbox)
        file = SealedFile(phone.disk.device, phone.disk.epoch, wires)
        self.files = [*self.files, file][-FILES_MAX:]
        self.note(f"{phone.label} seals {len(wires)}")
        return True

    def file_delivered(self) -> bool:
        """Somebody brings a file; it may come again, by another, or much later."""
        if not self.files:
            return False
        place = self.chance.randrange(len(self.files))
        file = self.files[place]
        if self.chance.random() < 0.4:
            del self.files[place]
        carrier = self.chance.choice(self.phones).disk.device
        try:
            self.server.carry(file, carrier)
        except (Crashed, Refused) as error:
            self.note(f"file not taken: {error}")
            return True
        self.oracle.on_carried(self.server, file)
        self.note(f"file of {len(file.operations)} taken")
        return True
