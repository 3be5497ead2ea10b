"""The demo's readers: they open a run after copies of it were given out; a few ask for a call.

Everything goes through the doors of real scans; agents are a handful of common ones, addresses are
of the blocks kept for documentation, names are invented. Not here: leaflets and runs (`demo`).
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import clock
from server.database.ids import new_id
from server.http.actor import Area
from server.leaflets import queries as leaflets
from server.leaflets.models import PrintRun
from server.scans import call_backs, operations, readership
from server.scans.call_backs import Asked
from server.scans.classify import facts_of
from server.scans.operations import Sighting

#: Of a hundred copies given out so many are read, by the place and the title: between these.
READERS_A_HUNDRED = (4, 14)
#: Days between getting a leaflet and reading it, in the mean.
DAYS_IN_THE_POCKET = 5
BATCH = 500
CALLERS = (
    Asked("Vừ Thị Dở", "0912000111"),
    Asked("Nông Văn Kiên", "0983000222"),
    Asked("Hà Thị Sương", "0374000333"),
)

_BLINK = "AppleWebKit/537.36 (KHTML, like Gecko)"
_PHONES = (
    f"Mozilla/5.0 (Linux; Android 10; K) {_BLINK} Chrome/144.0.0.0 Mobile Safari/537.36",
    f"Mozilla/5.0 (Linux; Android 10; K) {_BLINK} Chrome/138.0.0.0 Mobile Safari/537.36",
    f"Mozilla/5.0 (Linux; Android 11; CPH2239; wv) {_BLINK} Version/4.0 Chrome/138.0.7204.179"
    " Mobile Safari/537.36 Zalo android/12100676 ZaloTheme/light ZaloLanguage/vi",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
)
_OTHERS = (
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "TelegramBot (like TwitterBot)",
    "Mozilla/5.0 (compatible; coccocbot-web/1.0; +http://help.coccoc.com/searchengine)",
)
_HTML = {"accept": "text/html,*/*;q=0.8", "accept-language": "vi-VN,vi;q=0.9",
         "sec-fetch-mode": "navigate"}  # fmt: skip


#: Days on which copies of a run were given out, and how many, by the run's code.
Given = Mapping[str, Sequence[tuple[date, int]]]


def tell(
    session: Session, secret_key: str, area: Area, given: Given, now: datetime, seed: int
) -> int:
    """Scans of every run of `area`, and three calls asked for; how many scans it wrote."""
    chance = random.Random(seed)  # noqa: S311 - a story, no secret
    today = clock.today_in_vietnam(now)
    codes = sorted(area.province_codes)
    runs = session.execute(
        # codes are chance: by place, the same story is told at each new beginning
        select(PrintRun).where(PrintRun.province_code.in_(codes)).order_by(
            PrintRun.unit_id, PrintRun.place_detail, PrintRun.period_from, PrintRun.code)
    ).scalars().all()  # fmt: skip
    sightings = sorted(
        (one for run in runs for one in _of_run(chance, run, given.get(run.code, ()), now)),
        key=lambda one: one.at,
    )
    for begin in range(0, len(sightings), BATCH):
        operations.record(session, sightings[begin : begin + BATCH])
    operations.forget_salts(session, today)
    readership.sum_up(session, today)
    begun = [run for run in runs if run.period_from <= today]
    for run, asked in zip(begun, CALLERS, strict=False):
        public = leaflets.run_by_code(session, run.code)
        if public is not None:
            at = now - timedelta(hours=chance.randint(2, 60))
            call_backs.ask(session, secret_key, at, public, asked)
    return len(sightings)


def _of_run(
    chance: random.Random, run: PrintRun, given: Sequence[tuple[date, int]], now: datetime
) -> Iterator[Sighting]:
    days = (min(run.period_to, clock.today_in_vietnam(now)) - run.period_from).days + 1
    share = chance.uniform(*READERS_A_HUNDRED) / 100
    for day, copies in given:
        for _ in range(round(copies * share)):
            later = int(chance.expovariate(1 / DAYS_IN_THE_POCKET))
            yield from _reader(chance, run, day + timedelta(days=later), now)
    for _ in range(days // 3):
        day = run.period_from + timedelta(days=chance.randrange(days))
        yield from _seen(run, _moment(chance, day), now, chance.choice(_OTHERS), {"accept": "*/*"},
                         _address(chance))  # fmt: skip


def _reader(chance: random.Random, run: PrintRun, day: date, now: datetime) -> Iterable[Sighting]:
    at, agent, address = _moment(chance, day), chance.choice(_PHONES), _address(chance)
    yield from _seen(run, at, now, agent, _HTML, address)
    if chance.random() < 0.2:
        again = at + timedelta(minutes=chance.randint(2, 600))
        yield from _seen(run, again, now, agent, _HTML | {"if-none-match": '"x"'}, address)


def _seen(
    run: PrintRun, at: datetime, now: datetime, agent: str, headers: dict[str, str], address: str
) -> Iterator[Sighting]:
    if at < now:
        facts: dict[str, Any] = facts_of("GET", {**headers, "user-agent": agent}, secure=True)
        yield Sighting(new_id(at), run.id, at, address, headers.get("accept-language", ""), facts)


def _moment(chance: random.Random, day: date) -> datetime:
    begin = datetime.combine(day, time(6), clock.VIETNAM)
    return begin + timedelta(seconds=int(chance.triangular(0, 16 * 3600, 11 * 3600)))


def _address(chance: random.Random) -> str:
    return f"{chance.choice(['192.0.2', '198.51.100', '203.0.113'])}.{chance.randint(1, 254)}"
