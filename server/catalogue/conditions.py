"""Conditions over the values of a form: `shown_if`, `required_if`, and the `when` of rules and
counts.

A condition is one comparison, `{field: technology, is: fm}`, or `{all: […]}`, `{any: […]}`,
`{not: …}`. A value that is missing satisfies no comparison but `filled: false`. The phone runs the
same language (`pwa/src/forms/rules/conditions.ts`), held together by `tests/vectors/rules.json`.
Not here: which field a rule speaks of (`rules`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Operator = Literal["is", "in", "includes", "filled", "at_least", "at_most"]
OPERATORS: tuple[Operator, ...] = get_args(Operator)


class ConditionError(ValueError):
    """A condition that is not written in the language above."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`in`: the value is one of a list. `includes`: a list of choices holds one of these."""

    field: str
    operator: Operator
    operand: Any


@dataclass(frozen=True, slots=True)
class Every:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Some:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


Condition = Comparison | Every | Some | Not


def parse_condition(raw: object) -> Condition:
    """Read a condition as declared. Raises ConditionError that names what is wrong."""
    if not isinstance(raw, dict) or not raw:
        raise ConditionError(f"a condition is a mapping, not {raw!r}")
    if len(raw) == 1:
        ((word, inner),) = raw.items()
        if word == "not":
            return Not(parse_condition(inner))
        if word in ("all", "any"):
            if not isinstance(inner, list) or not inner:
                raise ConditionError(f"'{word}' needs a list of conditions")
            parts = tuple(parse_condition(part) for part in inner)
            return Every(parts) if word == "all" else Some(parts)
    return _parse_comparison(raw)


def _parse_comparison(raw: dict[str, Any]) -> Comparison:
    operators = set(raw) - {"field"}
    if "field" not in raw or len(operators) != 1 or not operators <= set(OPERATORS):
        raise ConditionError(
            f"a comparison has 'field' and one of {', '.join(OPERATORS)}, not {sorted(raw)}"
        )
    operator: Operator = operators.pop()  # type: ignore[assignment]
    operand = raw[operator]
    if operator == "filled" and not isinstance(operand, bool):
        raise ConditionError("'filled' is true or false")
    if operator == "in" and not isinstance(operand, list):
        raise ConditionError("'in' needs a list")
    if operator == "includes" and not isinstance(operand, list):
        operand = [operand]
    if operator in ("at_least", "at_most") and not isinstance(operand, int | str):
        raise ConditionError(f"'{operator}' needs a number, a date or a time")
    return Comparison(str(raw["field"]), operator, operand)


def fields_named(condition: Condition | None) -> Iterator[str]:
    """The fields that a condition looks at."""
    if isinstance(condition, Comparison):
        yield condition.field
    elif isinstance(condition, Every | Some):
        for part in condition.parts:
            yield from fields_named(part)
    elif isinstance(condition, Not):
        yield from fields_named(condition.part)


def is_filled(value: object) -> bool:
    """Whether something was entered: null, blank text and an empty list are nothing."""
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and value != []


def holds(condition: Condition, values: Mapping[str, Any]) -> bool:
    """Whether `condition` is true of `values`."""
    if isinstance(condition, Comparison):
        return _compare(condition, values.get(condition.field))
    if isinstance(condition, Every):
        return all(holds(part, values) for part in condition.parts)
    if isinstance(condition, Some):
        return any(holds(part, values) for part in condition.parts)
    return not holds(condition.part, values)


def _compare(test: Comparison, value: Any) -> bool:
    if test.operator == "filled":
        return is_filled(value) is test.operand
    if not is_filled(value):
        return False
    if test.operator == "is":
        return same(value, test.operand)
    if test.operator == "in":
        return any(same(value, each) for each in test.operand)
    if test.operator == "includes":
        return isinstance(value, list) and any(each in value for each in test.operand)
    if not comparable(value, test.operand):
        return False
    return bool(value >= test.operand if test.operator == "at_least" else value <= test.operand)


def same(one: object, other: object) -> bool:
    """Equality as JSON has it: true is not 1."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def comparable(one: object, other: object) -> bool:
    """Two numbers, or two texts (dates and times are written so that their order is time's)."""
    if isinstance(one, bool) or isinstance(other, bool):
        return False
    return (isinstance(one, int) and isinstance(other, int)) or (
        isinstance(one, str) and isinstance(other, str)
    )


def to_json(condition: Condition) -> dict[str, Any]:
    """The condition as the phone reads it."""
    if isinstance(condition, Comparison):
        return {"field": condition.field, condition.operator: condition.operand}
    if isinstance(condition, Every):
        return {"all": [to_json(part) for part in condition.parts]}
    if isinstance(condition, Some):
        return {"any": [to_json(part) for part in condition.parts]}
    return {"not": to_json(condition.part)}
