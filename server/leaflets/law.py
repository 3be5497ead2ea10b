"""When the law changed, and whether a leaflet is older than that. Dates are data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

DATA = Path(__file__).with_name("law_changes.yaml")


@dataclass(frozen=True, slots=True)
class LawChange:
    """A day on which what leaflets explain has changed, and what it was."""

    date: date
    vi: str
    en: str


@cache
def law_changes() -> tuple[LawChange, ...]:
    """All known changes, the earliest first. Read once a process."""
    found = [LawChange(**each) for each in yaml.safe_load(DATA.read_text(encoding="utf-8"))]
    return tuple(sorted(found, key=lambda change: change.date))


def change_since(law_date: date, today: date) -> LawChange | None:
    """The last change that a text by the law of `law_date` does not know, or None."""
    missed = [each for each in law_changes() if law_date < each.date <= today]
    return missed[-1] if missed else None


def outdated_from(law_date: date) -> date | None:
    """The day from which a text by the law of `law_date` tells what no longer holds, also one to
    come; None while no such day is known."""
    return next((each.date for each in law_changes() if law_date < each.date), None)


def is_outdated(law_date: date, today: date) -> bool:
    """Whether the law has changed since `law_date`."""
    return change_since(law_date, today) is not None
