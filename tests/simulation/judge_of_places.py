"""I15: after mergers and divisions each activity lies in one live feed, and nobody loses sight of
it on its way; old names are understood for ever.

Not here: the other invariants (`oracle`), which hold on the way as well.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from sync import outcome as outcomes
from sync.replica import Replica
from tests.simulation import communes
from tests.simulation.contents import content
from tests.simulation.judge_of_twins import TwinJudge
from tests.simulation.state import Logged, State, Wire


class PlaceJudge(TwinJudge):
    """Judges where things lie. `places_named`: operation -> its type, the scope it was saved
    with."""

    def __init__(self) -> None:
        super().__init__()
        self.places_named: dict[str, tuple[str, str]] = {}

    def on_places(self, before: State, after: State, changed: list[str], fresh: list[str]) -> None:
        """A transaction committed that changed these records and logged these operations."""
        for id in changed:
            old, new = before.records.get(id), after.records[id]
            if old is None:
                closed = bool(after.communes.get(new.scope))
                self.expect("I15 nothing new in a closed feed", not closed, f"{id} {new.scope}")
            elif old.scope != new.scope:
                led = communes.leads_to(after.communes, old.scope) == new.scope
                self.expect("I15 rows go where their feed leads", led, f"{id} {new.scope}")
                same = content(old) == content(new) and old.version == new.version
                self.expect("I15 what moves stays as it was", same, id)
        for id in fresh:
            self._name_understood(after, id, after.log[id])

    def _name_understood(self, state: State, id: str, row: Logged) -> None:
        """An old name of a place is taken for ever; who names a divided one is asked."""
        type, named = self.places_named.get(id, ("", ""))
        granted = state.grants.get(row.account)
        if granted is None or row.device in state.revoked:
            return
        outcome, record = row.stored.outcome, state.records.get(row.activity)
        there = communes.options(state.communes, named)
        if outcome.reason == outcomes.WRONG_SCOPE:
            self.expect("I15 an old name is understood", not there, f"{id} {named} {there}")
        if type != "create":
            return
        allowed = bool(set(there) & set(granted))
        refused = record is None and outcome.reason == outcomes.NO_PERMISSION
        self.expect("I15 who goes along may write", not (refused and allowed), f"{id} {named}")
        chosen = outcome.name == "applied" and len(there) > 1 and allowed
        self.expect("I15 who names what was divided is asked", not chosen, f"{id} {named} {there}")

    def on_sight(self, before: Replica, answer: Wire, after: Replica, server: Any) -> None:
        """A phone took an answer: what it showed and may still see, it shows."""
        if before.incarnation != answer["incarnation"] or "escrow" in answer:
            return
        if answer["incarnation"] != server.incarnation:
            return
        state: State = server.state
        for scope, shadow in before.scopes.items():
            if scope in answer["grants"]["dropped"]:
                continue  # what came of it since comes with the next answer
            if shadow.unseen is not None:
                continue  # rows of an earlier life among the others
            for id in shadow.rows:
                record = state.records.get(id)
                if record is None or record.scope not in after.scopes:
                    continue
                there = any(id in each.rows for each in after.scopes.values())
                self.expect("I15 what moves stays in sight", there, f"{after.device} {id} {scope}")

    def on_places_at_end(self, server: Any) -> None:
        """All rows have moved: read every feed that ever was, from its start."""
        lies: Counter[str] = Counter()
        state: State = server.state
        for scope in state.scopes:
            live, _ = self.read_live(server, scope)
            for id in live:
                lies[id] += 1
            closed = bool(state.communes.get(scope))
            self.expect("I15 a closed feed is empty", not (closed and live), f"{scope} {live}")
        twice = [id for id in state.records if lies[id] != 1]
        self.expect("I15 each activity is in one feed", not twice, f"{twice}")

    def read_live(self, server: Any, scope: str) -> tuple[set[str], int]:
        """The ids of the activities that live in a feed, page by page."""
        live: set[str] = set()
        cursor, more = 0, True
        while more:
            page = server.page(scope, cursor, 7)
            for row in page.rows:
                if row["type"] == "activity":
                    (live.discard if row.get("gone") else live.add)(row["id"])
            more, cursor = page.more and page.to > cursor, page.to
        return live, cursor
