"""What all judges of the simulated world stand on: one way to say that something must hold.

Not here: what must hold (`oracle`, `judge_of_places`).
"""

from __future__ import annotations

from collections import Counter


class Violation(AssertionError):
    """An invariant does not hold. The message begins with its name."""


class Judge:
    """Counts what was looked at; `checks` tells how often each invariant was."""

    def __init__(self) -> None:
        self.checks: Counter[str] = Counter()

    def expect(self, invariant: str, holds: bool, message: str) -> None:
        """Raise Violation unless it holds."""
        self.checks[invariant] += 1
        if not holds:
            raise Violation(f"{invariant}: {message}")
