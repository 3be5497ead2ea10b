"""Of reports that tell of one event one counts, none twice and never nobody; none is ever changed
for being one of two.

Not here: finding them by time and words, which the simulated kind has not (`tests/server`).
"""

from __future__ import annotations

from tests.simulation.contents import content
from tests.simulation.judge import Judge
from tests.simulation.state import COUNTED, State, pair_of


class TwinJudge(Judge):
    """Judges what a transaction did to pairs of reports."""

    def on_twins(self, before: State, after: State, changed: list[str]) -> None:
        """A transaction committed that changed these records."""
        for id in changed:
            was = before.records.get(id)
            if after.records[id].status == "submitted" and (
                was is None or was.status != "submitted"
            ):
                self._linked(after, id)
        decided = [pair for pair, primary in after.decided.items()
                   if before.decided.get(pair, "") != primary]  # fmt: skip
        for pair in decided:
            for id in pair:
                old, new = before.records.get(id), after.records[id]
                same = old is not None and content(old) == content(new)
                self.expect("I9 two reports are never merged", same, f"{pair} {id}")
        if after.decided or after.duplicate_of:
            self._one_counts(after)

    def _linked(self, state: State, id: str) -> None:
        photos = state.records[id].sets.get("evidence", {}).keys()
        for other in state.records.values():
            shared = not photos.isdisjoint(other.sets.get("evidence", {}))
            if other.id != id and shared and other.status in COUNTED:
                known = (
                    other.id in state.twins.get(id, ()) or pair_of(id, other.id) in state.decided
                )
                self.expect("I12 what looks alike is linked", known, f"{id} {other.id}")

    def _one_counts(self, state: State) -> None:
        for id in state.duplicate_of:
            if state.records[id].status not in COUNTED:
                continue
            met, last = [id], state.duplicate_of.get(id)
            while last is not None and last not in met:
                met.append(last)
                last = state.duplicate_of.get(last)
            stands = last is None and state.records[met[-1]].status in COUNTED
            self.expect("I12 one of them counts", stands, f"{met}")
        for pair, primary in state.decided.items():
            if primary is None or any(state.records[id].status not in COUNTED for id in pair):
                continue
            once = any(id in state.duplicate_of for id in pair)
            self.expect("I12 none counts twice", once, f"{pair} {primary}")
