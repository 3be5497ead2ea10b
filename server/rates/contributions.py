"""What a person pays and gets: voluntary social insurance, health insurance, a pension's share.

Amounts are whole đồng. Halves are rounded up, as cashiers do; the figures of the law leave none.
Not here: tables for print and page (`tables`), several months at once (`ways`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from server.rates import figures

Sex = Literal["women", "men"]


class OutOfRangeError(ValueError):
    """A base that nobody may choose, an unknown group, too few years: there is no amount."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """A month of voluntary social insurance, in đồng."""

    base: int
    whole: int
    state: int
    own: int


def voluntary_si(base: int, group: str, day: date) -> Contribution:
    """A month on `base` for somebody of `group`. Raises OutOfRangeError, NoFigureError.

    The State helps with a share of the contribution on the lowest base, whatever base is chosen.
    """
    figure = figures.on("voluntary_si", day)
    if not figure["base_min"] <= base <= highest_base(day):
        raise OutOfRangeError("base")
    share = next((one["share"] for one in figure["groups"] if one["id"] == group), None)
    if share is None:
        raise OutOfRangeError("group")
    whole = share_of(base, figure["rate"])
    state = share_of(share_of(figure["base_min"], figure["rate"]), share)
    return Contribution(base, whole, state, whole - state)


def highest_base(day: date) -> int:
    """The highest income that one may choose to pay on, in đồng a month."""
    levels: int = figures.on("voluntary_si", day)["levels_max"]
    return levels * int(figures.on("reference_level", day)["amount"])


def household_hi_year(person: int, day: date) -> int:
    """A year of health insurance of the household's `person`: 1, 2, …, from the fifth on alike."""
    figure = figures.on("household_hi", day)
    if person < 1:
        raise OutOfRangeError("person")
    share = figure["persons"][min(person, len(figure["persons"])) - 1]
    return 12 * share_of(_hi_month(figure, day), share)


def supported_hi_year(group: str, day: date) -> int:
    """A year's own part of somebody whom the State helps: `near_poor` or `student`."""
    figure = figures.on("household_hi", day)
    share = next((one["share"] for one in figure["own_shares"] if one["id"] == group), None)
    if share is None:
        raise OutOfRangeError("group")
    return 12 * share_of(_hi_month(figure, day), share)


def pension_share(sex: Sex, years: int, day: date) -> int:
    """The pension in percent of the average income paid on, after `years` whole years.

    Raises OutOfRangeError below the years that give a pension.
    """
    figure = figures.on("pension", day)
    if years < figure["years_min"]:
        raise OutOfRangeError("years")
    rule: Any = figure[sex]
    share = rule["start"]
    for step, following in zip(rule["steps"], [*rule["steps"][1:], None], strict=True):
        end = following["after"] if following else years
        share += step["share"] * max(0, min(years, end) - step["after"])
    return min(int(share), int(figure["share_max"]))


def share_of(amount: int, percent: float) -> int:
    """So many percent of `amount`, to the đồng. Percents have at most one decimal place."""
    return (amount * round(percent * 10) + 500) // 1000


def _hi_month(figure: figures.Figure, day: date) -> int:
    return share_of(figures.on("reference_level", day)["amount"], figure["rate"])
