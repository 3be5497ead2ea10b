"""I8: only what is granted is sent and written, or what a reviewer vouched for.

Not here: what a phone follows at the end (`oracle`).
"""

from __future__ import annotations

from tests.simulation.communes import is_one_of, leads_to
from tests.simulation.judge_of_waiting import WaitingJudge
from tests.simulation.state import Logged, State, Wire


class GrantJudge(WaitingJudge):
    """Judges operations as they were logged and answers as they were sent."""

    def granted_to(self, state: State, id: str, row: Logged) -> None:
        """What had an effect was by an account that may write there."""
        if row.device in state.revoked:
            kept = row.stored.outcome.name == "parked"
            self.expect("I8 who is shut out changes nothing", kept, f"{row}")
        scopes, record = state.grants.get(row.account), state.records.get(row.activity)
        if scopes is None or record is None or row.stored.outcome.name == "parked":
            return
        if id in self.vouched(state):
            return
        works = is_one_of(state.communes, record.scope, scopes)
        self.expect("I8 only the granted write", works, f"{row}")

    def granted(self, answer: Wire, feeds: tuple[str, ...], state: State) -> None:
        for scope, changes in answer["changes"].items():
            inside = all(row.get("scope", scope) == scope for row in changes["rows"])
            mine = leads_to(state.communes, scope) in feeds
            self.expect("I8 only granted feeds", mine and inside, f"{scope} of {feeds}")
