"""Codes are found from memory where they can be, and guessing them gets nowhere."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from server import short_codes
from server.leaflets.queries import PublicRun, PublicVersion
from server.scans.runs import (
    CODES_S,
    ENTRIES_MAX,
    KNOWN_S,
    STALE_S,
    BusyError,
    KnownRun,
    RunFinder,
)

CODE = "K7Q3F2M90"
MADE = datetime(2026, 11, 1, tzinfo=UTC)


def known(status: str = "active") -> KnownRun:
    version = PublicVersion(
        "v", "l", "voluntary_si", "Tờ rơi", 1, date(2026, 7, 1), ("vi",), {}, None, None,
        "published",
    )  # fmt: skip
    day = date(2026, 11, 20)
    run = PublicRun("r", CODE, status, day, day, "c", "c", "01", "", 500, "v", version)
    return KnownRun(run, "Xã Văn Lang")


class Library:
    """A database that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.listed: list[datetime | None] = []
        self.away = False
        self.runs = {CODE: (known(), MADE)}
        self.time = 0.0
        self.finder = RunFinder(self.read, self.read_codes, lambda: self.time)

    def read(self, code: str) -> KnownRun | None:
        self.asked += 1
        self._answer()
        return self.runs[code][0]

    def read_codes(self, since: datetime | None) -> Iterable[tuple[str, datetime]]:
        self.listed.append(since)
        self._answer()
        return [(code, made) for code, (_, made) in self.runs.items() if not since or made >= since]

    def _answer(self) -> None:
        if self.away:
            raise OperationalError("", {}, Exception())


@pytest.fixture
def library() -> Library:
    return Library()


def test_a_run_is_asked_for_once_in_a_while(library: Library) -> None:
    for _ in range(1000):
        assert library.finder.find(CODE) == known()
    assert library.asked == 1
    library.time = KNOWN_S + 1
    library.runs[CODE] = (known("stopped"), MADE)
    assert library.finder.find(CODE) == known("stopped")


def test_a_new_run_is_found_within_seconds(library: Library) -> None:
    assert library.finder.find("000000000") is None
    library.runs["000000000"] = (known(), MADE + timedelta(days=1))
    library.time = CODES_S + 0.1
    assert library.finder.find("000000000") == known()
    assert library.listed == [None, MADE - timedelta(minutes=5)]


def test_a_run_that_was_committed_late_is_found_too(library: Library) -> None:
    library.finder.find(CODE)
    library.runs["000000000"] = (known(), MADE - timedelta(minutes=1))
    library.time = CODES_S + 0.1
    assert library.finder.find("000000000") == known()


def test_what_was_known_goes_on_while_the_database_is_away(library: Library) -> None:
    library.finder.find(CODE)
    library.away = True
    library.time = STALE_S - 1
    assert library.finder.find(CODE) == known()
    with pytest.raises(BusyError):
        library.finder.find("000000000")
    library.time = 2 * STALE_S
    with pytest.raises(BusyError):
        library.finder.find(CODE)


def test_memory_is_bounded(library: Library) -> None:
    library.runs |= {f"X{n:08}": (known(), MADE) for n in range(ENTRIES_MAX + 10)}
    for code in library.runs:
        assert library.finder.find(code) == known()
    assert len(library.finder._entries) <= ENTRIES_MAX


def test_a_hundred_thousand_random_codes_hit_nothing_and_cost_nothing(library: Library) -> None:
    """Nearly all end at the check character, and the rest ask the database for nothing."""
    chance, hits, well_formed = random.Random(1), 0, 0
    for _ in range(100_000):
        code = "".join(chance.choices(short_codes.ALPHABET, k=short_codes.LENGTH))
        if short_codes.is_valid(code):
            well_formed += 1
            hits += library.finder.find(code) is not None
    assert hits == 0
    assert 2_500 < well_formed < 3_700
    assert library.asked == 0
    assert len(library.listed) == 1
