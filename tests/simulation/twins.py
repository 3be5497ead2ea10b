"""Possible duplicates in the model server: found when a report is submitted, decided by a reviewer.

Different reports are never merged: of two that are one event one counts, and the other stays as it
is. Of the real rules (`server/activities/likeness.py`) only the shared photo is modelled. Part of
the model server. Not here: who decides (`desk`).
"""

from __future__ import annotations

from sync.record import Record
from tests.simulation.keeping import Keeping
from tests.simulation.state import COUNTED, State, pair_of


class Twins(Keeping):
    """Needs what `ModelServer` sets up."""

    def commit(self, work: State, operations: list[str]) -> None:
        """Before all else that a transaction changed is held against the other reports."""
        for id, after in work.records.items():
            before = self.state.records.get(id)
            if before is not after:
                self._note_status(work, None if before is None else before.status, after)
        super().commit(work, operations)

    def _note_status(self, work: State, was: str | None, after: Record) -> None:
        if after.status == "submitted" != was:
            self.find_twins(work, after)
        if after.status not in COUNTED and was in COUNTED:
            self.release(work, after.id)

    def find_twins(self, work: State, record: Record) -> None:
        """Link the record with all that name a photo of it."""
        photos = record.sets.get("evidence", {}).keys()
        for other in work.records.values() if photos else ():
            if other.id == record.id or other.status not in COUNTED:
                continue
            pair = pair_of(record.id, other.id)
            if pair in work.decided or other.id in work.twins.get(record.id, ()):
                continue
            if not photos.isdisjoint(other.sets.get("evidence", {})):
                self._link(work, pair)
                self.show_again(work, other.id)
                self.show_again(work, record.id)

    def decide_duplicate(self, one: str, other: str, primary: str | None) -> bool:
        """Which of the two counts, or None: both. A later decision takes an earlier one's place."""
        pair, work = pair_of(one, other), self.state.copy()
        if pair not in work.decided and other not in work.twins.get(one, ()):
            return False
        if primary is not None and not self.may_count(work, primary):
            return False
        self._unlink(work, pair)
        work.decided.pop(pair, None)
        work.decided[pair] = primary
        for id in pair:
            if work.duplicate_of.get(id) in pair:
                self._count(work, id)
        if primary is not None:
            self.let_count(work, primary, one if primary == other else other)
        for id in pair:
            self.show_again(work, id)
        self.commit(work, [])
        return True

    def may_count(self, work: State, primary: str) -> bool:
        """Whether the report can stand for another one."""
        return work.records[primary].status in COUNTED

    def let_count(self, work: State, primary: str, other: str) -> None:
        """`other` counts nothing from now on, `primary` does, if nothing else speaks against it."""
        work.duplicate_of[other] = primary
        if self._leads_to(work, work.duplicate_of.get(primary), primary):
            self._count(work, primary)
            self.show_again(work, primary)

    def release(self, work: State, id: str) -> None:
        """It counts no more: what counted nothing because of it counts, and is asked about anew."""
        mine = [pair for pair, primary in work.decided.items() if primary == id]
        for pair in mine:
            del work.decided[pair]
            self._link(work, pair)
        for one, other in mine:
            left = one if other == id else other
            if work.duplicate_of.get(left) == id:
                self._count(work, left)
            self.show_again(work, left)

    def show_again(self, work: State, id: str) -> None:
        """The same version under a new number: what stands beside the record has changed."""
        record = work.records[id]
        work.stamp(record.scope, id, record.version, record.version)

    def _count(self, work: State, id: str) -> None:
        """By the latest decision that stands: itself, or another one in its stead."""
        work.duplicate_of.pop(id, None)
        for pair, primary in reversed(work.decided.items()):
            if id not in pair or primary in (None, id) or primary is None:
                continue
            counts = work.records[primary].status in COUNTED
            if counts and not self._leads_to(work, primary, id):
                work.duplicate_of[id] = primary
                return
        if work.records[id].status in COUNTED:
            self._adopt(work, id)

    def _adopt(self, work: State, id: str) -> None:
        """It counts again: so do the decisions for it that a ring of others had set aside."""
        for pair, primary in work.decided.items():
            other = pair[0] if pair[1] == id else pair[1]
            counts = other not in work.duplicate_of and work.records[other].status in COUNTED
            if primary == id and counts:
                work.duplicate_of[other] = id
                self.show_again(work, other)

    def _leads_to(self, work: State, start: str | None, id: str) -> bool:
        met: set[str] = set()
        while start is not None and start not in met:
            if start == id:
                return True
            met.add(start)
            start = work.duplicate_of.get(start)
        return False

    def _link(self, work: State, pair: tuple[str, str]) -> None:
        for one, other in (pair, pair[::-1]):
            work.twins[one] = (*work.twins.get(one, ()), other)

    def _unlink(self, work: State, pair: tuple[str, str]) -> None:
        for one, other in (pair, pair[::-1]):
            left = tuple(each for each in work.twins.get(one, ()) if each != other)
            work.twins[one] = left
            if not left:
                del work.twins[one]
