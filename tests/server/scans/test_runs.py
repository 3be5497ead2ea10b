"""Codes are found from memory where they can be, and guessing them gets nowhere."""

from __future__ import annotations

import contextlib
import random
from datetime import date

import pytest
from sqlalchemy.exc import OperationalError

from server import short_codes as codes
from server.leaflets.queries import PublicRun, PublicVersion
from server.scans.runs import (
    ENTRIES_MAX,
    KNOWN_S,
    STALE_S,
    TRIES_A_MINUTE,
    UNKNOWN_S,
    BusyError,
    KnownRun,
    RunFinder,
)

CODE = "K7Q3F2M90"


def known(status: str = "active") -> KnownRun:
    version = PublicVersion(
        "v",
        "l",
        "voluntary_si",
        "Tờ rơi",
        1,
        date(2026, 7, 1),
        ("vi",),
        {},
        None,
        None,
        "published",
    )
    day = date(2026, 11, 20)
    run = PublicRun("r", CODE, status, day, day, "c", "c", "01", "", 500, "v", version)
    return KnownRun(run, "Xã Văn Lang")


class Library:
    """A database that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.away = False
        self.runs = {CODE: known()}
        self.time = 0.0
        self.finder = RunFinder(self.read, lambda: self.time)

    def read(self, code: str) -> KnownRun | None:
        self.asked += 1
        if self.away:
            raise OperationalError("", {}, Exception())
        return self.runs.get(code)


@pytest.fixture
def library() -> Library:
    return Library()


def test_a_run_is_asked_for_once_in_a_while(library: Library) -> None:
    for _ in range(1000):
        assert library.finder.find(CODE, "1.1.1.1") == known()
    assert library.asked == 1
    library.time = KNOWN_S + 1
    library.runs[CODE] = known("stopped")
    assert library.finder.find(CODE, "1.1.1.1") == known("stopped")


def test_an_unknown_code_is_remembered(library: Library) -> None:
    for _ in range(1000):
        assert library.finder.find("000000000", "1.1.1.1") is None
    assert library.asked == 1
    library.time = UNKNOWN_S + 1
    assert library.finder.find("000000000", "1.1.1.1") is None
    assert library.asked == 2


def test_who_tries_codes_must_wait_and_others_need_not(library: Library) -> None:
    for number in range(TRIES_A_MINUTE):
        assert library.finder.find(f"{number:09}", "6.6.6.6") is None
    with pytest.raises(BusyError):
        library.finder.find("999999999", "6.6.6.6")
    assert library.finder.find(CODE, "1.1.1.1") == known()
    assert library.finder.find(CODE, "6.6.6.6") == known(), "behind the same address, but known"
    library.time = 61
    assert library.finder.find("999999999", "6.6.6.6") is None


def test_what_was_known_goes_on_while_the_database_is_away(library: Library) -> None:
    library.finder.find(CODE, "1.1.1.1")
    library.away = True
    library.time = STALE_S - 1
    assert library.finder.find(CODE, "1.1.1.1") == known()
    with pytest.raises(BusyError):
        library.finder.find("000000000", "1.1.1.1")
    library.time = 2 * STALE_S
    with pytest.raises(BusyError):
        library.finder.find(CODE, "1.1.1.1")


def test_memory_is_bounded_and_keeps_what_is_known(library: Library) -> None:
    library.finder.find(CODE, "1.1.1.1")
    for number in range(ENTRIES_MAX + 10):
        library.finder.find(f"X{number:08}", f"10.{number // 65536}.{number // 256 % 256}.{number}")
    assert len(library.finder._entries) <= ENTRIES_MAX
    asked = library.asked
    assert library.finder.find(CODE, "1.1.1.1") == known()
    assert library.asked == asked


def test_a_hundred_thousand_random_codes_hit_nothing(library: Library) -> None:
    """Nearly all end at the check character; the rest find no run, and soon have to wait."""
    chance, hits = random.Random(1), 0
    for _ in range(100_000):
        code = "".join(chance.choices(codes.ALPHABET, k=codes.LENGTH))
        if not codes.is_valid(code):
            continue
        with contextlib.suppress(BusyError):
            hits += library.finder.find(code, "6.6.6.6") is not None
    assert hits == 0
    assert library.asked <= TRIES_A_MINUTE
