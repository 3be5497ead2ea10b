"""When an operation was made: bounds that hold whatever the phone's clock says, and a likely time.

Evidence only; nothing is ordered, refused or expired by it. A phone tells, at the tap, its wall
clock, its monotonic clock within one life of the page (`boot`), and the last time that the server
had signed for it (`beacon`); and, with the request, the same clocks at the moment of sending.
Not here: reading the signature, judging whether a time is suspicious.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class PhoneClock:
    """What a phone's clocks said at one moment; None for what it did not or can't tell."""

    wall: datetime | None
    monotonic_ms: int | None
    boot: str | None


#: A phone that tells nothing.
NO_CLOCK = PhoneClock(None, None, None)


@dataclass(frozen=True, slots=True)
class Capture:
    """`earliest` ≤ `likely` ≤ `latest`, in UTC. No signed time held: `earliest` is None."""

    likely: datetime
    earliest: datetime | None
    latest: datetime

    def to_wire(self) -> dict[str, str | None]:
        """Times as texts: UTC, milliseconds, `Z`."""
        return {
            "likely": _text(self.likely),
            "earliest": None if self.earliest is None else _text(self.earliest),
            "latest": _text(self.latest),
        }


def read_clock(told: object) -> PhoneClock:
    """The clocks in `captured` of an operation, or in `clock` of a request; never fails."""
    known: Mapping[str, Any] = told if isinstance(told, Mapping) else {}
    monotonic, boot = known.get("monotonic_ms"), known.get("boot")
    return PhoneClock(
        wall=_moment(known.get("wall")),
        monotonic_ms=monotonic if type(monotonic) is int and 0 <= monotonic < 2**53 else None,
        boot=boot if isinstance(boot, str) else None,
    )


def estimate(
    made: PhoneClock, sent: PhoneClock, received: datetime, beacon: datetime | None
) -> Capture:
    """When an operation that arrived at `received` was made.

    It was made after the phone held `beacon`. It was made at least as long before `received` as
    the monotonic clock ran between the tap and the sending; that clock stands still while a phone
    sleeps, so this is a bound and no measure. The likely time is the wall clock's, corrected by
    how wrong it was at the sending, and moved into the bounds.
    """
    latest = received
    if made.boot is not None and made.boot == sent.boot:
        latest = received - _between(made.monotonic_ms, sent.monotonic_ms)
    earliest = None if beacon is None else min(beacon, latest)
    likely = latest if made.wall is None else made.wall
    if made.wall is not None and sent.wall is not None:
        likely = _shifted(made.wall, received - sent.wall) or latest
    likely = min(likely, latest)
    return Capture(likely if earliest is None else max(likely, earliest), earliest, latest)


def _between(made_ms: int | None, sent_ms: int | None) -> timedelta:
    if made_ms is None or sent_ms is None or sent_ms < made_ms:
        return timedelta(0)
    # a page lives for days at most; a mad number must not lead before the calendar's beginning
    return timedelta(milliseconds=min(sent_ms - made_ms, 400 * 24 * 3600 * 1000))


def _shifted(moment: datetime, by: timedelta) -> datetime | None:
    try:
        return moment + by
    except OverflowError:
        return None


def _moment(text: object) -> datetime | None:
    """A wall clock's text, if it names a moment of this or the last century's end."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return moment if 1970 <= moment.year < 2100 else None


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
