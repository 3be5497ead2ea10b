"""Stretches of days by which figures are asked: `2026`, `2026-Q4`, `2026-11`, `2026-W47`, or two
days `2026-01-01..2026-11-15`. Weeks are ISO weeks: Monday first, of the year of their Thursday.

Not here: cut-offs other than the calendar's.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

_FORM = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?:Q(?P<quarter>[1-4])|W(?P<week>[0-9]{2})|(?P<month>[0-9]{2})))?"
)
YEAR_MIN, YEAR_MAX = 2000, 2100


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both inclusive."""

    id: str
    first: date
    last: date

    def covers(self, other: Period) -> bool:
        """Whether all of `other` lies inside."""
        return self.first <= other.first and other.last <= self.last

    @property
    def weeks(self) -> list[Week]:
        """The ISO weeks whose Thursday lies inside, in order."""
        thursday = self.first + timedelta(days=(3 - self.first.weekday()) % 7)
        found = []
        while thursday <= self.last:
            found.append(week_of(thursday))
            thursday += timedelta(days=7)
        return found


@dataclass(frozen=True, slots=True)
class Week:
    """One ISO week, such as `2026-W47`."""

    id: str
    monday: date

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)


def parse_period(text: str) -> Period:
    """The period that `text` names. Raises ValueError if there is none."""
    if ".." in text:
        first, _, last = text.partition("..")
        period = Period(text, date.fromisoformat(first), date.fromisoformat(last))
        if period.first > period.last or not _in_bounds(period.first, period.last):
            raise ValueError(f"no days from {first} to {last}")
        return period
    match = _FORM.fullmatch(text)
    if match is None or not YEAR_MIN <= int(match["year"]) <= YEAR_MAX:
        raise ValueError(f"no period {text!r}")
    year = int(match["year"])
    if match["week"]:
        monday = date.fromisocalendar(year, int(match["week"]), 1)
        return Period(text, monday, monday + timedelta(days=6))
    if match["quarter"]:
        last_month = int(match["quarter"]) * 3
        return months(year, last_month - 2, last_month, text)
    if match["month"]:
        return months(year, int(match["month"]), int(match["month"]), text)
    return months(year, 1, 12, text)


def months(year: int, first_month: int, last_month: int, id: str) -> Period:
    """Whole months of one year. Raises ValueError for a month that does not exist."""
    if not 1 <= first_month <= last_month <= 12:
        raise ValueError(f"no months {first_month}-{last_month}")
    last_day = monthrange(year, last_month)[1]
    return Period(id, date(year, first_month, 1), date(year, last_month, last_day))


def week_of(day: date) -> Week:
    """The ISO week that `day` lies in."""
    year, number, weekday = day.isocalendar()
    return Week(f"{year}-W{number:02}", day - timedelta(days=weekday - 1))


def _in_bounds(first: date, last: date) -> bool:
    return first.year >= YEAR_MIN and last.year <= YEAR_MAX
