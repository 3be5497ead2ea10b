"""How the demo's paper reached people: hand-outs of each run, in the weeks after it was printed.

Pure; the seed decides. A run is given out on one to three days until most of it is gone, so that
copies handed out stay below copies printed and scans (`demo_scans`) follow them. Not here: how they
get into the database (`demo`).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from server import clock
from server.catalogue.kind import Kind
from server.cli.demo_story import Happening
from server.leaflets.models import PrintRun

KIND = "leaflet_handout"
#: Days after the period's begin and shares of the copies: the market first, what is left later.
ROUNDS = (((0, 3), (0.35, 0.5)), ((6, 12), (0.2, 0.3)), ((16, 28), (0.05, 0.15)))
#: Whoever came to the province's conference found a copy on the chair.
AT_ONCE = (((0, 0), (0.7, 0.85)),)
SETTLED_DAYS = 5


@dataclass(frozen=True, slots=True)
class Handout:
    """So many copies of one run, given out on one day."""

    run: PrintRun
    title_id: str
    day: date
    copies: int

    def happening(self, kind: Kind, scope: str, author: int, now: datetime) -> Happening:
        """As the one who gave them out reports it that evening."""
        at = datetime.combine(self.day, time(18), clock.VIETNAM)
        values = {
            **kind.example, "event_date": self.day.isoformat(), "print_run": self.run.code,
            "leaflet_title": self.title_id, "copies_count": self.copies,
            "place_detail": self.run.place_detail,
        }  # fmt: skip
        is_settled = now - at > timedelta(days=SETTLED_DAYS)
        return Happening(KIND, scope, author, values, min(at, now), 1,
                         "approve" if is_settled else None)  # fmt: skip


def hand_out(runs: Sequence[tuple[PrintRun, str]], now: datetime, seed: int) -> Iterator[Handout]:
    """The hand-outs of `runs`, each with the id of its leaflet's title, until today."""
    chance = random.Random(seed)  # noqa: S311 - a story, not a secret
    today = clock.today_in_vietnam(now)
    for run, title_id in runs:
        for days, shares in ROUNDS if run.commune_id else AT_ONCE:
            day = run.period_from + timedelta(days=chance.randint(*days))
            copies = round(run.copies * chance.uniform(*shares), -1)
            if day <= today and copies:
                yield Handout(run, title_id, day, int(copies))
