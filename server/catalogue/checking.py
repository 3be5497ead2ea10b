"""Whether the parts of a kind fit together: named fields exist and can do what is asked of them.

Not here: whether the example is valid; a test asks that, with the rules themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from server.catalogue.conditions import fields_named
from server.catalogue.kind import Field, Kind
from server.catalogue.reader import CatalogueError
from server.catalogue.rule_kinds import Order, Sum, UsualValue, fields_checked

ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
NUMBERS = ("integer", "money")
CHOICES = ("choice", "choices")
#: What may group a count: few different values, known beforehand or printed.
GROUPING = (*CHOICES, "short_code")
COMMUNE = "commune"


def check_kind(kind: Kind, where: str) -> None:
    """Raise CatalogueError with the first fault of `kind`."""
    for fault in _faults(kind):
        raise CatalogueError(where, fault)


def _faults(kind: Kind) -> Iterator[str]:
    if not ID.fullmatch(kind.id):
        yield f"{kind.id!r} is not snake_case"
    event_date = kind.fields.get("event_date")
    if event_date is None or event_date.type != "date" or not event_date.required:
        yield "a kind needs the required date 'event_date': figures are counted by it"
    seen: set[str] = set()
    for field in kind.fields.values():
        yield from _field_faults(kind, field, seen)
        seen.add(field.id)
    yield from _rule_faults(kind)
    yield from _count_faults(kind)
    for part in ("columns", "repeated", "example"):
        yield from _unknown(kind, getattr(kind, part), part)
    yield from _history_faults(kind)
    if not 0 <= kind.evidence.min <= kind.evidence.max:
        yield "evidence: min must not be above max"


def _history_faults(kind: Kind) -> Iterator[str]:
    if not 1 <= kind.oldest_version <= kind.version:
        yield "oldest_version lies between 1 and version"
    for version in kind.renamed:
        if not 2 <= version <= kind.version:
            yield f"renamed: {version} is no version that came after another"
    for old, new in kind.history.names_since(0).items():
        if old in kind.fields or new not in kind.fields:
            yield f"renamed: {old!r} must be gone and {new!r} a field"


def _unknown(kind: Kind, names: object, part: str) -> Iterator[str]:
    for name in names:  # type: ignore[attr-defined]
        if name not in kind.fields:
            yield f"{part}: no field {name!r}"


def _field_faults(kind: Kind, field: Field, before: set[str]) -> Iterator[str]:
    if not ID.fullmatch(field.id):
        yield f"the field id {field.id!r} is not snake_case"
    if (field.type in CHOICES) != bool(field.options):
        yield f"{field.id}: a choice has options, other types have none"
    ids = [option.id for option in field.options]
    if len(set(ids)) != len(ids):
        yield f"{field.id}: an option stands twice"
    for name in fields_named(field.shown_if):
        if name not in before:
            yield f"{field.id}: shown_if may only look at fields before it, not {name!r}"
    yield from _unknown(kind, fields_named(field.required_if), f"{field.id} required_if")
    yield from _operand_faults(kind, field)


def _operand_faults(kind: Kind, field: Field) -> Iterator[str]:
    wanted: type | None = None
    if field.type in NUMBERS:
        wanted = int
    elif field.type in ("date", "time"):
        wanted = str
    for bound in (field.min, field.max):
        if bound is not None and (wanted is None or not isinstance(bound, wanted)):
            yield f"{field.id}: min and max do not fit the type {field.type}"


def _rule_faults(kind: Kind) -> Iterator[str]:
    ids = [rule.id for rule in kind.rules]
    if len(set(ids)) != len(ids):
        yield "rules: an id stands twice"
    for rule in kind.rules:
        names = fields_checked(rule.check)
        yield from _unknown(kind, [*names, *fields_named(rule.when)], f"rule {rule.id}")
        types = {kind.fields[name].type for name in names if name in kind.fields}
        if isinstance(rule.check, Sum) and not types <= set(NUMBERS):
            yield f"rule {rule.id}: a sum needs numbers"
        if isinstance(rule.check, Order) and (
            len(types) != 1 or not types <= {"date", "time", *NUMBERS}
        ):
            yield f"rule {rule.id}: an order needs two dates, two times or two numbers"
        if isinstance(rule.check, UsualValue) and kind.fields[rule.check.value].type != "money":
            yield f"rule {rule.id}: the value is not money"


def _count_faults(kind: Kind) -> Iterator[str]:
    if not kind.counts:
        yield "counts: a kind that counts nowhere need not be recorded"
    for count in kind.counts:
        yield from _unknown(kind, fields_named(count.when), f"count {count.code}")
        if isinstance(count.amount, str):
            field = kind.fields.get(count.amount)
            if field is None or field.type not in NUMBERS:
                yield f"count {count.code}: amount {count.amount!r} is no number field"
        if count.group_key is not None and count.group_key != COMMUNE:
            field = kind.fields.get(count.group_key)
            if field is None or field.type not in GROUPING:
                yield f"count {count.code}: group_key {count.group_key!r} is no choice or code"
    rows = {count.code for count in kind.counts if "." in count.code}
    if rows != set(kind.rows):
        yield f"rows {sorted(kind.rows)} are not the rows counted {sorted(rows)}"
