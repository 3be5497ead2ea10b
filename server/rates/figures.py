"""Reads the dated figures: what holds on a day, where it stands, whether that is confirmed.

Not here: what is worked out of them (`contributions`, `tables`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).with_name("figures.yaml")


class NoFigureError(LookupError):
    """Nothing is known for a day: it lies before the first figure, or after the last one ended."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What holds from `since` on, and to `until`. `values` are the other members of its entry."""

    since: date
    until: date | None
    source: str
    is_confirmed: bool
    values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


def on(name: str, day: date) -> Figure:
    """The figure `name` that holds on `day`. Raises NoFigureError where none does."""
    known = [each for each in _figures()[name] if each.since <= day]
    if not known or (known[-1].until is not None and day > known[-1].until):
        raise NoFigureError(f"{name} on {day}")
    return known[-1]


def last_change(day: date) -> date | None:
    """The day since which every figure is what it is on `day`; None before the first figure."""
    begins = {each.since for known in _figures().values() for each in known}
    ends = {each.until + timedelta(days=1)
            for known in _figures().values() for each in known if each.until}  # fmt: skip
    return max((one for one in begins | ends if one <= day), default=None)


@cache
def _figures() -> Mapping[str, Sequence[Figure]]:
    document = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return {name: sorted(map(_figure, entries), key=lambda each: each.since)
            for name, entries in document.items()}  # fmt: skip


def _figure(entry: dict[str, Any]) -> Figure:
    values = dict(entry)
    since, until = values.pop("from"), values.pop("until", None)
    return Figure(since, until, values.pop("source"), values.pop("confirmed"), values)
