"""Mistakes about reports that may be one, one a variant; each must be caught.

Not here: mistakes about what comes by the line (`broken_servers`, `broken_phones`).
"""

from __future__ import annotations

from dataclasses import replace

from tests.simulation.server import ModelServer
from tests.simulation.state import State


class DecidesInSilence(ModelServer):
    """A decision about two reports changes neither: nobody need see them again."""

    def show_again(self, work: State, id: str) -> None:
        return None


class TwinsBecomeOne(ModelServer):
    """Who says that two reports are one has no need of the second."""

    def let_count(self, work: State, primary: str, other: str) -> None:
        super().let_count(work, primary, other)
        record = work.records[other]
        after = replace(record, status="withdrawn", version=record.version + 1)
        work.records[other] = after
        work.stamp(after.scope, other, record.version, after.version)


class NobodyCounts(ModelServer):
    """A reviewer knows which one counts: what became of that one meanwhile is not asked."""

    def may_count(self, work: State, primary: str) -> bool:
        return True

    def let_count(self, work: State, primary: str, other: str) -> None:
        work.duplicate_of[other] = primary

    def release(self, work: State, id: str) -> None:
        return None


class TwinsWithoutBody(ModelServer):
    """Whoever wrote a report has all of it: what was found beside it is no part of it."""

    def is_paired_anew(self, id: str) -> bool:
        return False
