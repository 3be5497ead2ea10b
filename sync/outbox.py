"""What a phone has yet to send, and what it keeps after sending until no restore can lose it.

Not here: the transactions in which these change (`replica`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sync import outcome as outcomes

Wire = dict[str, Any]


@dataclass(frozen=True)
class Pending:
    """An operation that has no outcome in this life of the server.

    `tries` counts answers of `retry`. `went_in_at` is set where the operation is offered again:
    the version at which it went in in the earlier life, 0 if it had not gone in.
    """

    wire: Wire
    tries: int = 0
    went_in_at: int | None = None


@dataclass(frozen=True)
class Kept:
    """An operation with its outcome, offered again if the server loses it.

    `acknowledged_at` is the server's time of the answer that told the outcome.
    """

    wire: Wire
    outcome: Wire
    acknowledged_at: str

    @property
    def went_in_at(self) -> int | None:
        """The activity's version with this change in it; 0 if it did not go in whole, None if it
        did and a phone that was shut out was not told the version."""
        if self.outcome["outcome"] not in (outcomes.Applied.name, outcomes.Merged.name):
            return 0
        version: int | None = self.outcome.get("version")
        return version


def choose(outbox: Sequence[Pending], batch: int) -> list[Pending]:
    """The next batch: activities that were told to wait stand behind those that were not, so
    that no number of stuck operations keeps the others from being sent."""
    tries: dict[str, int] = {}
    for pending in outbox:
        activity = pending.wire["activity"]
        tries[activity] = max(tries.get(activity, 0), pending.tries)
    return sorted(outbox, key=lambda pending: tries[pending.wire["activity"]])[:batch]
