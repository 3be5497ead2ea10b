"""Whatever comes in whatever order, what is counted is what the rows say: a property, at random."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import clock
from server.http.actor import Area
from server.scans import operations, reclassify
from server.scans.classify import COUNTED
from server.scans.models import Scan, ScanCount
from server.scans.operations import Sighting
from server.scans.statistics import Wanted, figures
from tests.factories.scans import make_run
from tests.server.scans.test_operations import sighting

DAYS = (date(2026, 11, 18), date(2026, 11, 22))
AGENTS = ("curl/8.5.0", "TelegramBot (like TwitterBot)", None)


def log(chance: Random, runs: list[str], now: datetime) -> list[Sighting]:
    """Few phones, many returns, programs between them, around midnight of Việt Nam."""
    midnight = now.replace(hour=17, minute=0, second=0)
    found = []
    for _ in range(120):
        at = midnight + timedelta(
            seconds=chance.choice([1, 60, 3600, 40000]) * chance.uniform(-2, 2)
        )
        headers: dict[str, str] = {}
        if (agent := chance.choice([*AGENTS, None, None])) is not None:
            headers["user_agent"] = agent
        if chance.random() < 0.4:
            headers["if_none_match"] = '"x"'
        address = f"27.64.8.{chance.randrange(4)}"
        found.append(sighting(at, address, chance.choice(runs), **headers))
    found.sort(key=lambda one: one.at)
    return found


def rows(session: Session) -> Counter[tuple[str, date, str]]:
    asked = select(Scan.run_id, Scan.day, Scan.reason, func.sum(Scan.amount))
    grouped = asked.group_by(Scan.run_id, Scan.day, Scan.reason)
    return Counter({(run, day, reason): int(n) for run, day, reason, n in session.execute(grouped)})


def stored(session: Session) -> Counter[tuple[str, date, str]]:
    asked = select(ScanCount.run_id, ScanCount.day, ScanCount.reason, ScanCount.amount)
    return Counter({(run, day, reason): n for run, day, reason, n in session.execute(asked)})


def write(session: Session, chance: Random, sightings: list[Sighting]) -> None:
    """In batches of any size, some of them twice, as after an answer that was lost."""
    while sightings:
        size = chance.randint(1, 40)
        batch, sightings = sightings[:size], sightings[size:]
        operations.record(session, batch)
        if chance.random() < 0.3:
            operations.record(session, batch, tried_before=True)
        session.commit()


@pytest.mark.parametrize("seed", range(6))
def test_counts_are_the_sums_of_rows_and_statistics_the_sums_of_counts(
    session: Session, now: datetime, seed: int
) -> None:
    chance = Random(seed)
    runs = [make_run(session, now).id for _ in range(3)]
    sightings = log(chance, runs, now)
    seen = Counter((one.run_id, clock.today_in_vietnam(one.at)) for one in sightings)
    write(session, chance, sightings)
    counted = stored(session)
    assert counted == rows(session)
    days: Counter[tuple[str, date]] = Counter()
    for (run, day, _), amount in counted.items():
        days[run, day] += amount
    assert days == seen, "none is lost, none twice, each on its day in Việt Nam"
    _check_figures(session, counted)


def _check_figures(session: Session, counted: Counter[tuple[str, date, str]]) -> None:
    people = sum(amount for (_, _, reason), amount in counted.items() if reason in COUNTED)
    for by in ("leaflet", "run", "commune", "day"):
        said: dict[str, Any] = figures(session, by, Wanted(Area(nation=True), *DAYS))  # type: ignore[arg-type]
        assert said["total"]["scans"] == people == sum(one["scans"] for one in said["items"])
        beside = sum(sum(one["not_counted"].values()) for one in said["items"])
        assert beside == counted.total() - people
        assert all(one["readers"][0] <= one["readers"][1] <= one["scans"] for one in said["items"])


@pytest.mark.parametrize("seed", range(3))
def test_judging_anew_loses_nothing_and_twice_is_as_once(
    session: Session, now: datetime, seed: int
) -> None:
    chance = Random(seed)
    runs = [make_run(session, now).id for _ in range(2)]
    write(session, chance, log(chance, runs, now))
    before = stored(session)

    def judge() -> Counter[tuple[str, date, str]]:
        outcome = reclassify.Outcome()
        for run, day in reclassify.days_of_older_rules(session, all_rows=True):
            reclassify.reclassify_day(session, run, day, outcome)
        session.commit()
        assert outcome.looked_at == before.total()
        return stored(session)

    once = judge()
    assert once == rows(session)
    assert once.total() == before.total()
    assert judge() == once
