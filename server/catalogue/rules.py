"""What a form as a whole says: which fields are shown and needed, and what the rules find.

A hidden field counts as missing: it is not needed, and what stands in it is neither checked nor
seen by conditions, rules and counts. So a condition of `shown_if` may only look at fields before
its own (the loader insists), and one pass in the order of the form suffices. Not here: the form of
one value (`values`); wording (`wording`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from server.catalogue import wording
from server.catalogue.conditions import holds, is_filled
from server.catalogue.kind import Field, Kind
from server.catalogue.rule_kinds import (
    NotInFuture,
    Order,
    Range,
    Refuse,
    Rule,
    Severity,
    Sum,
    UsualValue,
    ValuePart,
)
from server.catalogue.values import check_value, within
from server.catalogue.wording import Problem

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """A form read once; validation, warnings and counts work on it."""

    #: What was read.
    fields: Values
    #: Filled, shown and well formed: what conditions, rules and counts see.
    values: dict[str, Any]
    #: In the order of the form.
    shown: list[Field]
    #: Problems of single values by field.
    ill_formed: dict[str, Problem]


def read(kind: Kind, fields: Values) -> Reading:
    """Read the form in its order."""
    reading = Reading(fields, {}, [], {})
    for field in kind.fields.values():
        if field.shown_if is not None and not holds(field.shown_if, reading.values):
            continue
        reading.shown.append(field)
        value = fields.get(field.id)
        if not is_filled(value):
            continue
        problem = check_value(field, value)
        if problem is None:
            reading.values[field.id] = value
        else:
            reading.ill_formed[field.id] = problem
    return reading


def is_required(field: Field, values: Values) -> bool:
    """Whether a shown `field` must be filled before the activity is sent."""
    return field.required or (field.required_if is not None and holds(field.required_if, values))


def check_rules(kind: Kind, values: Values, severity: Severity, today: date) -> list[Problem]:
    """What the rules of this severity find in values that are well formed, in declared order."""
    found = []
    for rule in kind.rules:
        if rule.severity == severity and (rule.when is None or holds(rule.when, values)):
            problem = _check(kind, rule, values, today)
            if problem is not None:
                found.append(_in_own_words(rule, problem))
    return found


def _in_own_words(rule: Rule, problem: Problem) -> Problem:
    if rule.message is None:
        return problem
    return wording.said(problem["field"], problem["code"], rule.message)


def _check(kind: Kind, rule: Rule, values: Values, today: date) -> Problem | None:
    match rule.check:
        case Order() as check:
            return _order(kind, check, values)
        case NotInFuture(name):
            day = values.get(name)
            late = day is not None and day > today.isoformat()
            return wording.in_future(kind.fields[name]) if late else None
        case Sum() as check:
            return _sum(kind, check, values)
        case Range(name, low, high):
            value = values.get(name)
            if value is None or within(value, low, high):
                return None
            say = wording.unusual if rule.severity == "warning" else wording.out_of_range
            return say(kind.fields[name], low, high)
        case UsualValue() as check:
            return _usual_value(kind, check, values)
        case Refuse(name):
            assert rule.message is not None, "the loader asks for one"
            return wording.said(name, "refused", rule.message)


def _order(kind: Kind, check: Order, values: Values) -> Problem | None:
    first, second = values.get(check.first), values.get(check.second)
    if first is None or second is None:
        return None
    if second > first or (check.may_be_equal and second == first):
        return None
    return wording.wrong_order(
        kind.fields[check.first], kind.fields[check.second], check.may_be_equal
    )


def _sum(kind: Kind, check: Sum, values: Values) -> Problem | None:
    fields = [kind.fields[name] for name in check.fields]
    total = sum(values.get(name, 0) for name in check.fields)
    if check.min is not None and total < check.min:
        return wording.sum_too_small(fields, check.min)
    if check.max is not None and total > check.max:
        return wording.sum_too_large(fields, check.max, [])
    if any(name in values for name in check.at_most):
        limit = sum(values.get(name, 0) for name in check.at_most)
        if total > limit:
            limits = [kind.fields[name] for name in check.at_most]
            return wording.sum_too_large(fields, limit, limits)
    return None


def _usual_value(kind: Kind, check: UsualValue, values: Values) -> Problem | None:
    """Compare the money with what the things cost on that day; silent while anything is missing."""
    value, day = values.get(check.value), values.get(check.date)
    parts = [part for part in check.parts if values.get(part.quantity, 0) > 0]
    if value is None or day is None or not parts:
        return None
    low = high = 0
    for part in parts:
        bounds = _part_bounds(part, values, day)
        if bounds is None:
            return None
        low, high = low + bounds[0], high + bounds[1]
    tolerance = check.tolerance_percent
    if low * (100 - tolerance) <= value * 100 <= high * (100 + tolerance):
        return None
    return wording.unusual_value(kind.fields[check.value], low, high)


def _part_bounds(part: ValuePart, values: Values, day: str) -> tuple[int, int] | None:
    months = values.get(part.months)
    rates = [rate for rate in part.rates if rate.from_day <= day]
    if months is None or not rates:
        return None
    units = values[part.quantity] * months
    return units * rates[-1].min_vnd, units * rates[-1].max_vnd
