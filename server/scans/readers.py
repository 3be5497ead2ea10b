"""How many people read, told apart for a day and never longer: pure.

A reader's key is a keyed hash of address, agent and language under the day's salt, which is
deleted when the day is over (`salts`); the address itself is kept nowhere. So the same phone has
another key tomorrow, and nobody can go back from a key. Not here: whether it was a person
(`classify`).

A number of readers would be a guess, hence a range. Phones that look alike and share a carrier's
address have one key, so distinct keys are too few; a phone that lost its copy of the page, or
reads it in two browsers, is too many. `readers_between` puts what each would say beside the other.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from server.scans.classify import COUNTED, Reason, device_of

SALT_BYTES = 32
#: 60 bits in hex: two of a million readers of a day fall together once in two million days.
KEY_LENGTH = 15

#: Reasons of which one person's next look at the page is told apart.
LOOKS: frozenset[Reason] = COUNTED | {"replay", "flood"}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks, for a day. `group` is the same for all browsers of a phone, and for its likes."""

    key: str
    group: str
    in_app: bool


class ReaderRange(NamedTuple):
    """At least and at most; equal when nothing speaks for a difference."""

    low: int
    high: int


class GroupTally(NamedTuple):
    """Distinct keys of one group at one run, in apps and in browsers proper."""

    in_apps: int
    in_browsers: int


def reader_of(salt: bytes, address: str, agent: str, language: str) -> Reader:
    """The keys of who asks from `address`; `language` is the whole Accept-Language."""
    platform, in_app = device_of(agent)
    return Reader(
        key=_keyed(salt, "reader", address, agent, language),
        group=_keyed(salt, "group", address, platform, language[:2].lower()),
        in_app=in_app,
    )


def readers_between(groups: Iterable[GroupTally], first_openings: int) -> ReaderRange:
    """The range for some run and time.

    `groups` count keys that opened the page for the first time: a phone that opens it in an app
    and then in its browser is two keys of one group, so of both only the larger number counts.
    `first_openings` are openings without a copy in the browser: one for each phone, however alike.
    """
    low = sum(max(group) for group in groups)
    return ReaderRange(min(low, first_openings), first_openings)


class Looks:
    """When each reader last looked at each run, and how often that counted today."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], tuple[datetime, int]] = {}

    def remember(self, run: str, key: str, last: datetime, counted: int) -> None:
        """What was known before."""
        self._last[run, key] = (last, counted)

    def before(self, run: str, key: str, at: datetime) -> dict[str, float]:
        """The facts `since_s` and `earlier_today` of a look at `at`; none for the first."""
        if (run, key) not in self._last:
            return {}
        last, counted = self._last[run, key]
        # clocks of two processes differ a little
        since_s = round(max(0.0, (at - last).total_seconds()), 1)
        return {"since_s": since_s, "earlier_today": counted}

    def note(self, run: str, key: str, at: datetime, reason: Reason) -> None:
        """What has become of it."""
        if reason in LOOKS:
            last, counted = self._last.get((run, key), (at, 0))
            self._last[run, key] = (max(at, last), counted + (reason in COUNTED))


def _keyed(salt: bytes, *parts: str) -> str:
    message = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hmac.new(salt, message, hashlib.sha256).hexdigest()[:KEY_LENGTH]
