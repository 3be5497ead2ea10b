"""Makes `scan_log.json.gz`: a few days of requests for six leaflets, each with what it truly was.

Written from public knowledge of user agents and of what browsers send, with a seed; no line was
recorded from anybody. `python -m tests.samples.make_scan_log` writes it anew. Each request is
`[seconds, person or null, address, run, agent (number), method, headers, label]`; labels are `open`
(a person looks: a scan), `reload` (the same look again), and what is no person.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.samples import agents

FILE = Path(__file__).with_name("scan_log.json.gz")
SEED = 20261123
DAY_S = 86_400
DAYS = 4
RUNS = tuple(f"run-{number}" for number in range(6))
PEOPLE = 900
#: A province's phones leave by few addresses of their carrier.
CARRIERS = tuple(f"27.64.{block}.{host}" for block in (8, 9, 10) for host in (11, 12, 13))

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
NAVIGATION = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document", "sec-fetch-site": "none"}


@dataclass
class Log:
    """What is written down so far."""

    chance: random.Random
    rows: list[list[Any]] = field(default_factory=list)
    agents: dict[str, int] = field(default_factory=dict)

    def add(
        self,
        at: float,
        person: int | None,
        address: str,
        run: str,
        agent: str,
        label: str,
        headers: dict[str, str],
        method: str = "GET",
    ) -> None:
        number = self.agents.setdefault(agent, len(self.agents))
        self.rows.append([round(at, 1), person, address, run, number, method, headers, label])


@dataclass
class Browser:
    """One browser of one phone; `holds` are the runs whose page it still keeps."""

    agent: str
    language: str
    holds: set[str] = field(default_factory=set)

    def headers(self, run: str, *, by_reload: bool = False) -> dict[str, str]:
        """What it sends when a person opens the page."""
        found = {"accept": HTML, "accept-language": self.language}
        if self.agent not in agents.OLD:
            found |= NAVIGATION
        if run in self.holds:
            found["if-none-match"] = '"page"'
        if by_reload:
            found["cache-control"] = "max-age=0"
        return found


def make() -> dict[str, Any]:
    """The whole log, in the order of time."""
    log = Log(random.Random(SEED))
    _crowd(log)
    for person in range(PEOPLE):
        _person(log, person)
    for part in (_sharing, _prefetches, _programs, _heads, _staff, _disguised):
        part(log)
    log.rows.sort(key=lambda row: (row[0], row[3], row[2]))
    return {"agents": list(log.agents), "requests": log.rows}


def _pick_agent(chance: random.Random) -> str:
    pool = chance.choices(
        [
            agents.CHROME,
            agents.SAMSUNG,
            agents.SAFARI,
            agents.IN_APP,
            agents.MISTAKEN,
            agents.OLD,
            agents.DESKTOP,
        ],
        weights=[38, 6, 20, 22, 5, 7, 2],
    )[0]
    return chance.choice(pool)


def _moment(chance: random.Random) -> float:
    """A time of some day, seldom at night."""
    return chance.randrange(DAYS) * DAY_S + chance.triangular(6 * 3600, 22 * 3600, 17 * 3600)


def _home(chance: random.Random, person: int) -> str:
    """By carrier, or by a line of one's own."""
    return (
        chance.choice(CARRIERS)
        if chance.random() < 0.7
        else f"113.160.{person // 200}.{person % 200 + 1}"
    )


def _language(chance: random.Random) -> str:
    languages = ["vi-VN,vi;q=0.9", "vi-VN,vi;q=0.9,en-US;q=0.8,en;q=0.7", "en-US,en;q=0.9"]
    return chance.choices(languages, weights=[70, 22, 8])[0]


def _person(
    log: Log,
    person: int,
    at: float | None = None,
    run: str | None = None,
    address: str | None = None,
) -> None:
    chance = log.chance
    at = _moment(chance) if at is None else at
    run = run or chance.choice(RUNS)
    address = address or _home(chance, person)
    browser = Browser(_pick_agent(chance), _language(chance))
    visits = chance.choices([1, 2, 3, 5], weights=[74, 18, 6, 2])[0]
    for _ in range(visits):
        at = _look(log, person, at, address, run, browser)
        if browser.agent in agents.IN_APP and chance.random() < 0.12:
            # "open in the browser": another agent, a moment later, the same person and look
            other = Browser(chance.choice(agents.CHROME), browser.language)
            log.add(
                at + chance.uniform(5, 60),
                person,
                address,
                run,
                other.agent,
                "reload",
                other.headers(run),
            )
        at += chance.uniform(2 * 3600, 40 * 3600)
        if chance.random() < 0.3:
            address = chance.choice(CARRIERS)
        if chance.random() < (0.3 if browser.agent in agents.IN_APP else 0.1):
            browser.holds.clear()  # pushed out of the cache


def _look(log: Log, person: int, at: float, address: str, run: str, browser: Browser) -> float:
    """An opening and what follows within minutes: reloads, the tab brought back."""
    chance = log.chance
    log.add(at, person, address, run, browser.agent, "open", browser.headers(run))
    if chance.random() < 0.94:
        browser.holds.add(run)
    while chance.random() < 0.17:
        at += chance.uniform(3, 700)
        log.add(
            at,
            person,
            address,
            run,
            browser.agent,
            "reload",
            browser.headers(run, by_reload=chance.random() < 0.6),
        )
    return at


def _crowd(log: Log) -> None:
    """A launch on the village square: many phones alike, one carrier address, one hour."""
    for number in range(140):
        at = DAY_S + 8 * 3600 + log.chance.uniform(0, 3600)
        _person(log, PEOPLE + number, at, "run-0", log.chance.choice(CARRIERS[:2]))


def _sharing(log: Log) -> None:
    """A link is sent; each messenger that it passes fetches it, some from several machines."""
    for _ in range(150):
        at, run = _moment(log.chance), log.chance.choice(RUNS)
        agent = log.chance.choice(agents.PREVIEWERS)
        for machine in range(log.chance.choice([1, 1, 2, 3])):
            log.add(
                at + machine * 0.4,
                None,
                f"173.252.{machine}.{log.chance.randrange(1, 250)}",
                run,
                agent,
                "preview",
                {"accept": "*/*"},
            )
    for _ in range(40):  # the sender's own app fetches it, with the phone's own browser
        browser = Browser(log.chance.choice(agents.IN_APP), "vi-VN,vi;q=0.9")
        run = log.chance.choice(RUNS)
        log.add(
            _moment(log.chance),
            None,
            log.chance.choice(CARRIERS),
            run,
            browser.agent,
            "preview",
            {"accept": HTML, "accept-language": "vi-VN", "x-purpose": "preview"},
        )


def _prefetches(log: Log) -> None:
    for _ in range(190):
        run, at = log.chance.choice(RUNS), _moment(log.chance)
        browser = Browser(log.chance.choice(agents.CHROME + agents.SAMSUNG), "vi-VN,vi;q=0.9")
        said = log.chance.choice(
            [
                {"sec-purpose": "prefetch"},
                {"purpose": "prefetch"},
                {"sec-purpose": "prefetch;prerender"},
                {"x-moz": "prefetch"},
            ]
        )
        log.add(
            at,
            None,
            log.chance.choice(CARRIERS),
            run,
            browser.agent,
            "prefetch",
            browser.headers(run) | said,
        )


def _programs(log: Log) -> None:
    for names, label, many in (
        (agents.CRAWLERS, "bot", 170),
        (agents.MONITORS, "bot", 130),
        (agents.LIBRARIES, "bot", 110),
        (agents.HEADLESS, "bot", 30),
    ):
        for _ in range(many):
            agent = log.chance.choice(names)
            headers = {"accept": HTML if agent.startswith("Mozilla") else "*/*"}
            if agent in agents.HEADLESS:
                headers |= {"accept-language": "en-US", **NAVIGATION}
            log.add(
                _moment(log.chance),
                None,
                f"66.249.{log.chance.randrange(64, 90)}.{log.chance.randrange(1, 250)}",
                log.chance.choice(RUNS),
                agent,
                label,
                headers,
            )


def _heads(log: Log) -> None:
    for _ in range(70):
        agent = log.chance.choice(agents.CHROME + agents.DESKTOP + agents.LIBRARIES)
        log.add(
            _moment(log.chance),
            None,
            f"118.70.1.{log.chance.randrange(1, 250)}",
            log.chance.choice(RUNS),
            agent,
            "head",
            {"accept": "*/*"},
            method="HEAD",
        )


def _staff(log: Log) -> None:
    """The office tries its own codes; the collaborator scans before handing out."""
    for _ in range(60):
        browser = Browser(log.chance.choice(agents.CHROME + agents.DESKTOP), "vi-VN,vi;q=0.9")
        run = log.chance.choice(RUNS)
        log.add(
            _moment(log.chance),
            None,
            "14.162.1.7",
            run,
            browser.agent,
            "staff",
            browser.headers(run) | {"staff": log.chance.choice(["session", "scanner"])},
        )


def _disguised(log: Log) -> None:
    """Scanners of mail and of weak places with a browser's name: they forget what browsers send."""
    for _ in range(110):
        agent = log.chance.choice(agents.DISGUISED)
        headers = log.chance.choice(
            [
                {"accept": "*/*"},
                {"accept": HTML},
                {"accept": HTML, "accept-language": "en-US,en;q=0.9"},
                {"accept": "*/*", "accept-language": "en-US,en;q=0.9", "sec-fetch-mode": "no-cors"},
            ]
        )
        log.add(
            _moment(log.chance),
            None,
            f"45.33.{log.chance.randrange(1, 9)}.{log.chance.randrange(1, 250)}",
            log.chance.choice(RUNS),
            agent,
            "bot",
            headers,
        )


def read() -> Iterator[tuple[float, int | None, str, str, str, str, dict[str, str], str]]:
    """The log's requests with the agent written out, oldest first."""
    log = json.loads(gzip.decompress(FILE.read_bytes()))
    for at, person, address, run, agent, method, headers, label in log["requests"]:
        yield at, person, address, run, log["agents"][agent], method, headers, label


def packed() -> bytes:
    """The file's bytes, the same each time."""
    return gzip.compress(json.dumps(make(), separators=(",", ":")).encode(), 9, mtime=0)


if __name__ == "__main__":
    FILE.write_bytes(packed())
