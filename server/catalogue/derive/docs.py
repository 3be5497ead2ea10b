"""The page `docs/catalogue.md`: every kind with its fields, rules and counts.

Not here: writing the file; `loa generate` does.
"""

from __future__ import annotations

from collections.abc import Iterator

from server import catalogue
from server.catalogue.conditions import Comparison, Condition, Every, Some
from server.catalogue.kind import CountRule, Field, Kind
from server.catalogue.rule_kinds import (
    Check,
    NotInFuture,
    Order,
    Range,
    Refuse,
    Rule,
    Sum,
    UsualValue,
)

#: Longer lists of options are shown by their number; the API has them in full.
OPTIONS_SHOWN_MAX = 16
WORDS = {"is": "is", "in": "is one of", "includes": "includes", "at_least": "≥", "at_most": "≤"}


def page() -> str:
    """The whole page as Markdown."""
    kinds = catalogue.kinds()
    lines = [
        "# Catalogue",
        "",
        "Made by `make generate` from `server/catalogue/kinds/`. "
        "Fields in **bold** are required before sending.",
        "",
        "## What reports what",
        "",
        "| row or metric | kinds |",
        "|---|---|",
        *_codes(),
        "",
    ]
    for kind in kinds.values():
        lines += _kind(kind)
    return "\n".join(lines)


def _codes() -> Iterator[str]:
    users: dict[str, list[str]] = {}
    for kind in catalogue.kinds().values():
        for count in kind.counts:
            named = users.setdefault(count.code, [])
            if kind.id not in named:
                named.append(kind.id)
    # Rows as the annex has them, then metrics.
    for code in sorted(users, key=lambda code: ("." not in code, code)):
        yield f"| {code} | {', '.join(f'[{name}](#{name})' for name in users[code])} |"


def _kind(kind: Kind) -> Iterator[str]:
    yield f"## {kind.id}"
    yield ""
    yield f"{kind.labels.vi} – {kind.labels.en}. Version {kind.version}."
    yield f"Evidence: {kind.evidence.min} to {kind.evidence.max}."
    yield ""
    yield "| field | Tiếng Việt | English | type | |"
    yield "|---|---|---|---|---|"
    for section in kind.sections:
        yield f"| | *{section.label.vi}* | *{section.label.en}* | | |"
        for name in section.fields:
            yield _field(kind.fields[name])
    yield ""
    if kind.rules:
        yield "Rules:"
        yield ""
        for rule in kind.rules:
            yield f"- {_rule(rule)}"
        yield ""
    yield "Counts:"
    yield ""
    for count in kind.counts:
        yield f"- {_count(count)}"
    yield ""


def _field(field: Field) -> str:
    name = f"**`{field.id}`**" if field.required else f"`{field.id}`"
    notes = []
    if field.min is not None or field.max is not None:
        unit = f" {field.unit.en}" if field.unit else ""
        notes.append(f"{_bound(field.min)}–{_bound(field.max)}{unit}")
    if len(field.options) > OPTIONS_SHOWN_MAX:
        notes.append(f"{len(field.options)} options")
    elif field.options:
        notes.append(", ".join(f"`{option.id}`" for option in field.options))
    if field.shown_if:
        notes.append(f"shown if {_condition(field.shown_if)}")
    if field.required_if:
        notes.append(f"required if {_condition(field.required_if)}")
    if field.group:
        notes.append(f"merges with group *{field.group}*")
    label = field.label
    return f"| {name} | {label.vi} | {label.en} | {field.type} | {'; '.join(notes)} |"


def _bound(value: int | str | None) -> str:
    return "" if value is None else f"{value:,}" if isinstance(value, int) else value


def _condition(condition: Condition) -> str:
    if isinstance(condition, Comparison):
        if condition.operator == "filled":
            return f"`{condition.field}` is {'filled' if condition.operand else 'empty'}"
        operand = condition.operand
        shown = ", ".join(map(str, operand)) if isinstance(operand, list) else str(operand).lower()
        if isinstance(operand, str):
            shown = operand
        return f"`{condition.field}` {WORDS[condition.operator]} {shown}"
    if isinstance(condition, Every | Some):
        word = " and " if isinstance(condition, Every) else " or "
        return "(" + word.join(_condition(part) for part in condition.parts) + ")"
    return f"not {_condition(condition.part)}"


def _rule(rule: Rule) -> str:
    text = _check(rule.check)
    if rule.when is not None:
        text += f" when {_condition(rule.when)}"
    if rule.severity == "warning":
        text += " (warning)"
    if rule.message is not None:
        text += f": “{rule.message.vi}”"
    return text


def _check(check: Check) -> str:
    match check:
        case Order(first, second, may_be_equal):
            return f"`{second}` {'not before' if may_be_equal else 'after'} `{first}`"
        case NotInFuture(field):
            return f"`{field}` is not in the future"
        case Refuse(field):
            return f"`{field}` is questioned"
        case Range(field, low, high):
            return f"`{field}` within {_bound(low)}–{_bound(high)}"
        case Sum(fields, low, high, at_most):
            limits = [f"≥ {low}"] if low is not None else []
            limits += [f"≤ {high}"] if high is not None else []
            limits += [f"≤ {_added(at_most)}"] if at_most else []
            return f"{_added(fields)} {' and '.join(limits)}"
        case UsualValue(value, date, parts, tolerance):
            products = " + ".join(f"`{p.quantity}` × `{p.months}` × rate" for p in parts)
            return f"`{value}` near {products} on `{date}`, within {tolerance} %"


def _added(names: tuple[str, ...]) -> str:
    return " + ".join(f"`{name}`" for name in names)


def _count(count: CountRule) -> str:
    amount = f"`{count.amount}`" if isinstance(count.amount, str) else str(count.amount)
    text = f"{count.code}: {amount}"
    if count.group_key:
        text += f", {'once for each' if count.distinct else 'by'} `{count.group_key}`"
    if count.when is not None:
        text += f", when {_condition(count.when)}"
    return text
