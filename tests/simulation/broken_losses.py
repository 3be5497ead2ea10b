"""Mistakes about what a phone is said to have lost, one a variant; each must be caught.

Not here: losing anything (`broken_phones`).
"""

from __future__ import annotations

from sync.ledger import Word
from tests.simulation.server import ModelServer
from tests.simulation.state import State


class LosesInSilence(ModelServer):
    """The author knows best what was on the phone that is gone."""

    def tell(self, account: str) -> None:
        return None


class NeverTakesBack(ModelServer):
    """What was said to be lost was lost: nobody reads a notice twice."""

    def put_loss(self, work: State, device: str, account: str, lost: int) -> None:
        if lost:
            super().put_loss(work, device, account, lost)


class ForgetsItsFormerName(ModelServer):
    """A phone that is enrolled again is another phone."""

    def go_on(self, work: State, device: str, former: str | None, told: Word) -> None:
        return None
