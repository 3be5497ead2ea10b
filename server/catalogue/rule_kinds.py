"""The kinds of rule that look across fields, as declared. What they find is in `rules`.

Each rule has an id, a severity (an `error` keeps a form from being sent, a `warning` asks to look
again), an optional condition and an optional wording of its own. Not here: required, shown and
single-field ranges, which belong to the field itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from server.catalogue.conditions import Condition

if TYPE_CHECKING:
    from server.catalogue.kind import Text

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Order:
    """`second` (a date or time) does not come before `first`; nor with it, unless it may."""

    first: str
    second: str
    may_be_equal: bool = False


@dataclass(frozen=True, slots=True)
class NotInFuture:
    """The date is today or earlier, by the calendar of Việt Nam."""

    field: str


@dataclass(frozen=True, slots=True)
class Sum:
    """The fields together (a missing one is 0) lie within bounds.

    `at_most`: fields whose sum is the upper bound; no bound while all of them are missing.
    """

    fields: tuple[str, ...]
    min: int | None = None
    max: int | None = None
    at_most: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Range:
    """A narrower range than the field's own: what is usual, or what holds under a condition."""

    field: str
    min: int | str | None = None
    max: int | str | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit costs a month, in đồng, from a day on until the next rate."""

    from_day: str
    min_vnd: int
    max_vnd: int


@dataclass(frozen=True, slots=True)
class ValuePart:
    """So many things, each for so many months, at dated rates."""

    quantity: str
    months: str
    rates: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class UsualValue:
    """The money fits quantity × months × rate of the day, give or take rounding."""

    value: str
    date: str
    parts: tuple[ValuePart, ...]
    tolerance_percent: int


@dataclass(frozen=True, slots=True)
class Refuse:
    """Nothing to calculate: where the rule's condition holds, `field` has a problem."""

    field: str


Check = Order | NotInFuture | Sum | Range | UsualValue | Refuse

CHECKS: dict[str, type[Check]] = {
    "order": Order,
    "not_in_future": NotInFuture,
    "sum": Sum,
    "range": Range,
    "usual_value": UsualValue,
    "refuse": Refuse,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One check with its circumstances."""

    id: str
    check: Check
    severity: Severity = "error"
    when: Condition | None = None
    message: Text | None = None


def fields_checked(check: Check) -> tuple[str, ...]:
    """Every field that the check looks at; the first is where its problem is shown."""
    match check:
        case Order(first, second):
            return (second, first)
        case NotInFuture(field) | Range(field) | Refuse(field):
            return (field,)
        case Sum(fields, at_most=at_most):
            return (*fields, *at_most)
        case UsualValue(value, date, parts):
            return (value, date, *(name for p in parts for name in (p.quantity, p.months)))


def check_to_json(check: Check) -> dict[str, Any]:
    """The check as the phone reads it."""
    word = next(word for word, kind in CHECKS.items() if isinstance(check, kind))
    body: dict[str, Any] = {"check": word}
    match check:
        case Order(first, second, may_be_equal):
            body |= {"first": first, "second": second, "may_be_equal": may_be_equal}
        case NotInFuture(field) | Refuse(field):
            body |= {"field": field}
        case Sum(fields, low, high, at_most):
            body |= {"fields": list(fields), "min": low, "max": high, "at_most": list(at_most)}
        case Range(field, low, high):
            body |= {"field": field, "min": low, "max": high}
        case UsualValue(value, date, parts, tolerance_percent):
            body |= {
                "value": value,
                "date": date,
                "tolerance_percent": tolerance_percent,
                "parts": [_part_to_json(part) for part in parts],
            }
    return body


def _part_to_json(part: ValuePart) -> dict[str, Any]:
    return {
        "quantity": part.quantity,
        "months": part.months,
        "rates": [
            {"from_day": rate.from_day, "min_vnd": rate.min_vnd, "max_vnd": rate.max_vnd}
            for rate in part.rates
        ],
    }
