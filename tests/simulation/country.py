"""What happens to the country: communes are merged, divided and renamed, and their rows follow.

Not here: what the server does about it (`reforms`).
"""

from __future__ import annotations

from tests.simulation import communes
from tests.simulation.communes import Act
from tests.simulation.rules import ELSEWHERE
from tests.simulation.scene import Scene

#: Acts in one history: each needs a later day, and few communes make people meet.
ACTS_MAX = 5
#: A mover takes few rows at a time, so that much happens while they are on their way.
ROWS_AT_ONCE = 2


class CountryEvents(Scene):
    """Acts of the state, and the mover that carries them out."""

    acts = 0

    def communes_merged(self) -> bool:
        """Two communes become one, under the name of one of them or under a new one."""
        there = self._communes()
        if len(there) < 2:
            return False
        old = tuple(self.chance.sample(there, 2))
        into = self.chance.choice([*old, self._new_code(0)])
        return self._act("merge", old, (into,))

    def commune_divided(self) -> bool:
        """A commune becomes two; now and then one of them goes on under its name."""
        there = self._communes()
        if not there or len(there) > 2:
            return False
        old = self.chance.choice(there)
        heir = old if self.chance.random() < 0.3 else self._new_code(0)
        return self._act("split", (old,), (heir, self._new_code(1)))

    def commune_renamed(self) -> bool:
        there = self._communes()
        if not there:
            return False
        old = self.chance.choice(there)
        return self._act("rename", (old,), (old,))

    def rows_move(self) -> bool:
        """The mover takes some rows out of a closed feed."""
        done = self.server.move_some(ROWS_AT_ONCE)
        if done is not None:
            self.note(f"moved {done}")
        return done is not None

    def all_rows_move(self) -> None:
        """The mover comes to its end."""
        while self.rows_move():
            pass

    def _act(self, kind: str, old: tuple[str, ...], new: tuple[str, ...]) -> bool:
        if self.acts >= ACTS_MAX:
            return False
        self.acts += 1
        act = Act(self.acts, kind, old, new)  # type: ignore[arg-type]
        done = self.server.reform(act)
        self.note(f"{kind} {old} -> {new} {done}")
        return done

    def _communes(self) -> list[str]:
        return [s for s in communes.live(self.server.state.communes) if s != ELSEWHERE]

    def _new_code(self, which: int) -> str:
        return f"commune:c-{99001 + 2 * self.acts + which}-2026"
