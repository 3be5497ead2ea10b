"""The demo's leaflets and print runs, made through the doors of real ones, each on its own day.

One leaflet is older than the law, and one run's paper too, whose code shows the newer words. Not
here: who reads them (`demo_scans`), what the province did otherwise (`demo_story`).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from server import clock
from server.http.actor import Actor
from server.leaflets import documents, operations, runs
from server.leaflets.models import LeafletVersion, PrintRun
from server.leaflets.orders import Order

DATA = Path(__file__).with_name("demo_leaflets.yaml")
PLACES = ("Chợ xã", "Nhà văn hóa thôn Nà Pheo", "Trường tiểu học", "Bưu điện văn hóa xã",
          "Trạm y tế", "Tổ dân phố 3")  # fmt: skip
DAYS = 120

#: The versions of each leaflet, by the id of its title.
Made = Mapping[str, Sequence[LeafletVersion]]


def tell(
    session: Session, actor: Actor, communes: Sequence[str], province: str, now: datetime,
    seed: int = 1,
) -> list[tuple[PrintRun, str]]:  # fmt: skip
    """Five leaflets and about twenty runs in `communes` and for the `province` (ids of units).

    Returns the runs, each with the id of its leaflet's title. Their codes come from the `seed`, so
    that paper and pictures of one demo fit another; those of real runs never do.
    """
    printer = _Printer(session, actor, random.Random(f"{province} {seed}").randbytes)  # noqa: S311
    made = {entry["title_id"]: _leaflet(session, actor, entry, province, now)
            for entry in yaml.safe_load(DATA.read_text(encoding="utf-8"))}  # fmt: skip
    found: list[PrintRun] = []
    for nth, (title_id, back) in enumerate(
        [("voluntary_si", 70), ("household_hi", 55), ("student_hi", 40), ("one_time_si", 25)]
    ):
        orders = [(commune, PLACES[(nth + at) % len(PLACES)], 300 + 150 * ((nth + at) % 4))
                  for at, commune in enumerate(communes)]  # fmt: skip
        found += printer.runs(made[title_id][-1], orders, now - timedelta(days=back))
    whole = [(province, "Hội nghị toàn tỉnh", 2000)]
    found += printer.runs(made["rates_table"][-1], whole, now - timedelta(days=30))
    found += printer.runs(made["one_time_si"][-1], whole, now - timedelta(days=9))
    # paper that was out before the law changed; whoever scans it reads what holds now
    (old,) = printer.runs(made["household_hi"][0], [(communes[0], PLACES[1], 600)],
                   now - timedelta(days=90))  # fmt: skip
    runs.redirect(session, actor, now, old.id, made["household_hi"][-1].id)
    (stopped,) = printer.runs(made["rates_table"][0], [(communes[-1], PLACES[3], 400)],
                       now - timedelta(days=80))  # fmt: skip
    runs.stop(session, actor, now, stopped.id)
    documents.refresh(session, now)
    titles = {version.id: title_id for title_id, all_ in made.items() for version in all_}
    return [(run, titles[run.version_id]) for run in (*found, old, stopped)]


def _leaflet(
    session: Session, actor: Actor, entry: Mapping[str, Any], province: str, now: datetime
) -> list[LeafletVersion]:
    made: list[LeafletVersion] = []
    for said in entry["versions"]:
        at = min(_morning(said["published"]), now)
        if not made:
            leaflet = operations.begin_leaflet(
                session, actor, at, title_id=entry["title_id"], title=entry["title"],
                topics=entry["topics"], source=entry["source"],
                owner_province=province.split("-")[1],
            )  # fmt: skip
            draft = operations.only_draft(session, leaflet.id)
        else:
            draft = operations.begin_version(session, actor, at, made[0].leaflet_id)
        operations.edit(
            session, actor, at, draft.id, law_date=said["law_date"], languages=["vi"],
            contents={"vi": {"blocks": said["blocks"]}},
        )  # fmt: skip
        made.append(operations.publish(session, actor, at, draft.id))
    return made


@dataclass(frozen=True, slots=True)
class _Printer:
    """Who orders paper, and the chance from which its codes come."""

    session: Session
    actor: Actor
    chance: runs.Chance

    def runs(
        self, version: LeafletVersion, orders: Sequence[tuple[str, str, int]], at: datetime
    ) -> list[PrintRun]:
        """A batch of runs made on the day of `at`."""
        first = clock.today_in_vietnam(at)
        last = first + timedelta(days=DAYS)
        wanted = [Order(row, unit, copies, detail, first, last)
                  for row, (unit, detail, copies) in enumerate(orders, 1)]  # fmt: skip
        _, made = runs.make(
            self.session, self.actor, at, version.id, wanted, confirm_outdated=True,
            chance=self.chance,
        )  # fmt: skip
        return made


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(8), clock.VIETNAM)
