"""Makes typed kinds of what a file declares, with the shared fields, options and rates put in.

Not here: whether the parts fit together (`checking`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from server.catalogue.conditions import Condition, ConditionError, parse_condition
from server.catalogue.kind import (
    FIELD_TYPES,
    CountRule,
    EvidenceRule,
    Field,
    FieldType,
    Kind,
    Option,
    Section,
    Text,
)
from server.catalogue.reader import Reader
from server.catalogue.rule_kinds import (
    CHECKS,
    Check,
    NotInFuture,
    Order,
    Range,
    Rate,
    Refuse,
    Rule,
    Sum,
    UsualValue,
    ValuePart,
)

#: Longest text by type, in code points, unless the field says otherwise.
LENGTHS_MAX = {"text": 200, "long_text": 2_000, "link": 500}
#: Largest number by type: figures beyond these are slips of the finger, and a phone's arithmetic
#: stays exact far below 2^53.
AMOUNTS_MAX = {"integer": 10_000_000, "money": 1_000_000_000_000}
EVIDENCE_MAX = 30


@dataclass(frozen=True, slots=True)
class Shared:
    """Raw declarations by name that kinds refer to with `use` and `options`."""

    options: Mapping[str, Any]
    fields: Mapping[str, Any]
    rates: Mapping[str, Any]


def build_kind(reader: Reader, shared: Shared) -> Kind:
    """The kind that `reader` holds."""
    fields: dict[str, Field] = {}
    sections = []
    for part in reader.each("sections"):
        ids = []
        for each in part.each("fields"):
            field = build_field(each, shared)
            if field.id in fields:
                raise each.error(f"the field {field.id!r} stands twice")
            fields[field.id] = field
            ids.append(field.id)
        folded = part.take("folded", bool, False)
        section = Section(part.take("id", str), read_text(part, "label"), tuple(ids), folded)
        part.done()
        sections.append(section)
    labels = read_text(reader, "labels")
    kind = Kind(
        id=reader.take("id", str),
        version=reader.take("version", int),
        order=reader.take("order", int, 100),
        labels=labels,
        short=read_text(reader, "short") if reader.has("short") else labels,
        rows=reader.strings("rows"),
        sections=tuple(sections),
        fields=fields,
        rules=tuple(build_rule(each, shared) for each in reader.each("rules", optional=True)),
        counts=tuple(_build_count(each) for each in reader.each("counts")),
        evidence=_build_evidence(reader.inner("evidence")),
        columns=reader.strings("columns"),
        repeated=reader.strings("repeated", []),
        example=reader.take("example", dict),
        renamed=_build_renamed(reader),
        oldest_version=reader.take("oldest_version", int, 1),
    )
    reader.done()
    return kind


def _build_renamed(reader: Reader) -> dict[int, dict[str, str]]:
    """`renamed: {2: {old: new}}`: what fields were called before a version."""
    found = reader.take("renamed", dict, {})
    for version, names in found.items():
        fits = isinstance(version, int) and isinstance(names, dict)
        if not (fits and all(isinstance(each, str) for pair in names.items() for each in pair)):
            raise reader.error("'renamed' maps a version to {name before it: name from it on}")
    return dict(found)


def build_field(reader: Reader, shared: Shared) -> Field:
    """A field as declared, or a shared one (`use`) with some keys set anew."""
    if reader.has("use"):
        name = reader.take("use", str)
        if name not in shared.fields:
            raise reader.error(f"no shared field {name!r}")
        own = {key: reader.take(key, object) for key in ("required", "group", "help", "label",
               "shown_if", "required_if", "id", "default", "min", "max", "options")
               if reader.has(key)}  # fmt: skip
        reader.done()
        reader = Reader({"id": name, **shared.fields[name], **own}, reader.where)
    kind = reader.take("type", str)
    if kind not in FIELD_TYPES:
        raise reader.error(f"no field type {kind!r}; known are {', '.join(FIELD_TYPES)}")
    is_number = kind in AMOUNTS_MAX
    field = Field(
        id=reader.take("id", str),
        type=cast("FieldType", kind),
        label=read_text(reader, "label"),
        required=reader.take("required", bool, False),
        required_if=read_condition(reader, "required_if"),
        shown_if=read_condition(reader, "shown_if"),
        options=_read_options(reader, shared),
        min=reader.take("min", (int, str), 0 if is_number else None),
        max=reader.take("max", (int, str), AMOUNTS_MAX.get(kind)),
        unit=read_text(reader, "unit") if reader.has("unit") else None,
        max_length=reader.take("max_length", int, LENGTHS_MAX.get(kind)),
        group=reader.take("group", str, None),
        help=read_text(reader, "help") if reader.has("help") else None,
        default=reader.take("default", object, None),
        suggestions=tuple(reader.take("suggestions", list, [])),
    )
    reader.done()
    return field


def read_text(reader: Reader, key: str) -> Text:
    inner = reader.inner(key)
    text = Text(inner.take("vi", str), inner.take("en", str))
    inner.done()
    return text


def read_condition(reader: Reader, key: str) -> Condition | None:
    raw = reader.take(key, dict, None)
    try:
        return None if raw is None else parse_condition(raw)
    except ConditionError as error:
        raise reader.error(f"'{key}': {error}") from error


def _read_options(reader: Reader, shared: Shared) -> tuple[Option, ...]:
    raw = reader.take("options", (list, str), [])
    if isinstance(raw, str):
        if raw not in shared.options:
            raise reader.error(f"no shared options {raw!r}")
        raw = shared.options[raw]
    options = []
    for item in raw:
        inner = Reader(item, f"{reader.where} options")
        options.append(Option(inner.take("id", str), read_text(inner, "label")))
        inner.done()
    return tuple(options)


def _build_count(reader: Reader) -> CountRule:
    count = CountRule(
        code=reader.take("code", str),
        amount=reader.take("amount", (int, str), 1),
        when=read_condition(reader, "when"),
        group_key=reader.take("group_key", str, None),
        distinct=reader.take("distinct", bool, False),
    )
    reader.done()
    return count


def _build_evidence(reader: Reader) -> EvidenceRule:
    rule = EvidenceRule(reader.take("min", int), reader.take("max", int, EVIDENCE_MAX))
    reader.done()
    return rule


def build_rule(reader: Reader, shared: Shared) -> Rule:
    """A rule across fields."""
    severity = reader.take("severity", str, "error")
    if severity not in ("error", "warning"):
        raise reader.error("'severity' is error or warning")
    rule = Rule(
        id=reader.take("id", str),
        check=_build_check(reader, shared),
        severity=severity,
        when=read_condition(reader, "when"),
        message=read_text(reader, "message") if reader.has("message") else None,
    )
    if isinstance(rule.check, Refuse) and (rule.message is None or rule.when is None):
        raise reader.error("'refuse' needs 'when' and 'message'")
    reader.done()
    return rule


def _build_check(reader: Reader, shared: Shared) -> Check:
    word = reader.take("check", str)
    match word:
        case "order":
            first, second = reader.take("first", str), reader.take("second", str)
            return Order(first, second, reader.take("may_be_equal", bool, False))
        case "not_in_future":
            return NotInFuture(reader.take("field", str))
        case "refuse":
            return Refuse(reader.take("field", str))
        case "sum":
            low, high = (reader.take(key, int, None) for key in ("min", "max"))
            return Sum(reader.strings("fields"), low, high, reader.strings("at_most", []))
        case "range":
            low, high = (reader.take(key, (int, str), None) for key in ("min", "max"))
            return Range(reader.take("field", str), low, high)
        case "usual_value":
            parts = tuple(_build_part(each, shared) for each in reader.each("parts"))
            value, day = reader.take("value", str), reader.take("date", str)
            return UsualValue(value, day, parts, reader.take("tolerance_percent", int, 0))
    raise reader.error(f"no check {word!r}; known are {', '.join(CHECKS)}")


def _build_part(reader: Reader, shared: Shared) -> ValuePart:
    name = reader.take("rates", str)
    if name not in shared.rates:
        raise reader.error(f"no shared rates {name!r}")
    rates = []
    for item in shared.rates[name]:
        inner = Reader(item, f"rates {name}")
        rates.append(Rate(*(inner.take(key, kind) for key, kind in
                            (("from_day", str), ("min_vnd", int), ("max_vnd", int)))))  # fmt: skip
        inner.done()
    part = ValuePart(reader.take("quantity", str), reader.take("months", str), tuple(rates))
    reader.done()
    return part
