"""Mistakes about what waits for people, one a variant; each must be caught.

Not here: mistakes about what comes by the line (`broken_servers`, `broken_phones`).
"""

from __future__ import annotations

from sync.operation import Operation
from sync.outcome import Outcome
from tests.simulation.port import SealedFile
from tests.simulation.server import ModelServer
from tests.simulation.state import Settled, State


class SettlesTwice(ModelServer):
    """Each click of a reviewer is a decision of its own."""

    def settlement_of(self, work: State, id: str) -> Settled | None:
        return None


class TakesWhatWasMended(ModelServer):
    """What its author sent since is another operation; the old one still waits."""

    def note_replaced(self, work: State, operation: Operation, account: str) -> None:
        return None


class SettlesInSilence(ModelServer):
    """The author will see what became of it."""

    def _tell(self, work: State, id: str, settlement: str) -> None:
        return None


class TheCarrierIsTheSender(ModelServer):
    """What comes from a phone is that phone's."""

    def sender_of(self, file: SealedFile, carrier: str) -> str:
        return carrier


class OneCopyADraft(ModelServer):
    """A draft has an id of its own: whoever sends it last has it."""

    def document_of(self, device: str, draft: str) -> str:
        return f"draft:phone:{draft}"


class WhoeverTakesADraft(ModelServer):
    """What a phone says that it took over is no longer needed, of whichever account it was."""

    def drop_taken(self, work: State, document: str, scope: str) -> None:
        for id, notice in list(work.notices.items()):
            if notice.type == "draft" and id.endswith(document[-20:]):
                self._drop(work, id, notice.scope)


class CourierCountsTwice(ModelServer):
    """A file is a batch of its own: nothing in it can have come before."""

    carries = False

    def carry(self, file: SealedFile, carrier: str) -> None:
        self.carries = True
        try:
            super().carry(file, carrier)
        finally:
            self.carries = False

    def recall(self, work: State, operation: Operation, device: str) -> Outcome | None:
        return None if self.carries else super().recall(work, operation, device)
