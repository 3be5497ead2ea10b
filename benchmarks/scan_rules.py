"""How far each counter is from the truth on the labelled log of scans (tests/samples).

Beside ours stand the rules of Shlink, Kutt and Dub, written here from what they publicly do: which
agents they take for programs, whether HEAD counts, within what time the same visitor counts once.
They see what a redirect sees; none of them knows staff, and none estimates readers, so their
distinct visitors (address and agent) stand in that column.

    python -m benchmarks.scan_rules
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from server.scans import classify
from server.scans.classify import COUNTED
from server.scans.readers import GroupTally, Looks, Reader, ReaderRange, reader_of, readers_between
from tests.samples.make_scan_log import DAY_S, read

BEGIN = datetime(2026, 11, 16, tzinfo=UTC)
HOUR_S = 3600.0


@dataclass(frozen=True)
class Row:
    """One request of the log."""

    at: float
    person: int | None
    address: str
    run: str
    agent: str
    method: str
    headers: dict[str, str]
    label: str


@dataclass
class Score:
    """What a counter made of the log, beside the truth."""

    name: str
    scans: int
    truth: int
    readers: ReaderRange
    people: int
    missed: int
    wrong: int
    #: What was counted wrongly, by what it was.
    by_label: Counter[str] = field(default_factory=Counter)
    #: The mean of the runs' errors, in parts of the truth.
    run_error: float = 0.0

    @property
    def error(self) -> float:
        """Of the sum of scans, in parts of the truth."""
        return abs(self.scans - self.truth) / self.truth


def rows() -> list[Row]:
    """The log."""
    return [Row(*row) for row in read()]


def scores() -> list[Score]:
    """Ours first."""
    log = rows()
    ours, groups, first = _ours(log)
    found = [_score("Loa", log, ours, readers_between(groups.values(), first))]
    for name, count in (("Shlink", _shlink), ("Kutt", _kutt), ("Dub", _dub)):
        counted = count(log)
        visitors = {(row.run, row.address, row.agent)
                    for row, one in zip(log, counted, strict=True) if one}  # fmt: skip
        found.append(_score(name, log, counted, ReaderRange(len(visitors), len(visitors))))
    return found


def _score(name: str, log: list[Row], counted: list[bool], readers: ReaderRange) -> Score:
    pairs = list(zip(log, counted, strict=True))
    truth = Counter(row.run for row in log if row.label == "open")
    said = Counter(row.run for row, one in pairs if one)
    return Score(
        name=name, scans=sum(counted), truth=truth.total(), readers=readers,
        people=len({(row.run, row.person) for row in log if row.label == "open"}),
        missed=sum(row.label == "open" and not one for row, one in pairs),
        wrong=sum(row.label != "open" and one for row, one in pairs),
        by_label=Counter(row.label for row, one in pairs if one and row.label != "open"),
        run_error=sum(abs(said[run] - truth[run]) / truth[run] for run in truth) / len(truth),
    )  # fmt: skip


def _ours(log: list[Row]) -> tuple[list[bool], dict[tuple[str, str], GroupTally], int]:
    """What counts, the groups of readers by run, and the number of first openings."""
    rules, looks = classify.rules(), Looks()
    counted: list[bool] = []
    keys: dict[tuple[str, str], set[Reader]] = {}
    first = 0
    for row in log:
        at = BEGIN + timedelta(seconds=row.at)
        salt = bytes([int(row.at // DAY_S)]) * 32  # another one each day
        reader = reader_of(salt, row.address, row.agent, row.headers.get("accept-language", ""))
        sent = {"user-agent": row.agent, **row.headers}
        facts = classify.facts_of(row.method, sent, secure=True, staff=row.headers.get("staff"))
        facts |= looks.before(row.run, reader.key, at)
        reason = rules.judge(facts).reason
        looks.note(row.run, reader.key, at, reason)
        counted.append(reason in COUNTED)
        if reason == "person":
            first += 1
            keys.setdefault((row.run, reader.group), set()).add(reader)
    groups = {
        key: GroupTally(sum(one.in_app for one in found), sum(not one.in_app for one in found))
        for key, found in keys.items()
    }
    return counted, groups, first


# Shlink: no HEAD; no agent that CrawlerDetect knows; each visit counts. Of its thousand patterns
# those that could meet an agent of this log.
_CRAWLER_DETECT = re.compile(
    r"[a-z0-9\-_]*(bot|crawl|archiver|transcoder|spider|uptime|validator|fetcher|cron)|"
    r"facebookexternalhit|WhatsApp|SkypeUriPreview|Pingdom|curl|python-requests|Go-http-client|"
    r"okhttp|wget|axios/|^Java/|censys|HeadlessChrome|Iframely|vkShare|coccoc\b(?!_)", re.IGNORECASE
)  # fmt: skip
# CrawlerDetect first takes away what browsers and phones are called
_CRAWLER_DETECT_EXCLUSIONS = re.compile(
    r"CUBOT|coc_coc_browser|Safari.[\d.]*|Firefox.[\d.]*|Chrome.[\d.]*|Mozilla/[\d.]+|Android"
)


def _shlink(log: Iterable[Row]) -> list[bool]:
    def known(agent: str) -> bool:
        rest = _CRAWLER_DETECT_EXCLUSIONS.sub("", agent)
        return _CRAWLER_DETECT.search(rest) is not None

    return [row.method != "HEAD" and not known(row.agent) for row in log]


# Kutt: what the package isbot does not know counts, HEAD too (Express answers it by the same route)
_ISBOT = re.compile(
    r"(?<! cu)bots?(?:\b|_)|(?<!lib)http|\.com\b|^\w+/[\w()]*$|"
    r"^[\w .\-(?:):%]+(?:/v?\d+(?:\.\d+)?(?:\.\d{1,10})*?)?(?:,|$)|^facebook|^whatsapp|^wget|"
    r"^python|^client/|^mozilla/\d\.\d\s\(compatible;?(?:\s\w+/\d+\.\d+)?\)$|check\b|crawl|spider|"
    r"headless|inspect|java(?!;)|node|pingdom|preview|server|url|scanner\.", re.IGNORECASE
)  # fmt: skip


def _kutt(log: Iterable[Row]) -> list[bool]:
    # isbot answers false for an agent that is missing
    return [not row.agent or _ISBOT.search(row.agent) is None for row in log]


# Dub: no HEAD, no agent with one of these words, an address and agent once an hour and link
_DUB = re.compile(
    r"bot|crawler|spider|http|scraper|fetch|curl|wget|python|node|ruby|chatgpt|bluesky|"
    r"facebookexternalhit|meta-external|whatsapp|mediapartners-google|baidu|bing|msn|slurp|yandex|"
    r"headlesschrome|skypeuripreview|vkshare|upptime|expanse|internetmeasurement|axios|pingdom|"
    r"statuscake|embedly|iframely|postman|scrapy", re.IGNORECASE
)  # fmt: skip


def _dub(log: Iterable[Row]) -> list[bool]:
    last: dict[tuple[str, str, str], float] = {}
    counted = []
    for row in log:
        key = (row.run, row.address, row.agent)
        passes = row.method != "HEAD" and _DUB.search(row.agent) is None
        passes = passes and row.at - last.get(key, -HOUR_S) >= HOUR_S
        if passes:
            last[key] = row.at
        counted.append(passes)
    return counted


def main(write: Callable[[str], None] = print) -> None:
    """Print the table."""
    found = scores()
    write(f"{len(rows())} requests, {found[0].truth} scans by {found[0].people} people (by run)")
    write(f"{'':8} {'scans':>6} {'error':>7} {'by run':>7} {'missed':>7} {'wrong':>6}  readers")
    for one in found:
        readers = f"{one.readers.low}-{one.readers.high}"
        write(f"{one.name:8} {one.scans:6} {one.error:7.1%} {one.run_error:7.1%} {one.missed:7}"
              f" {one.wrong:6}  {readers:12} {dict(one.by_label)}")  # fmt: skip


if __name__ == "__main__":
    main()
