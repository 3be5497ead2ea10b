"""The vocabulary in which a kind of activity is declared: typed values, nothing that calculates.

A kind has sections of fields, groups that merge as one, rules across fields, counts towards the
annex, and an example. Not here: reading YAML (`loading`), checking values (`values`, `rules`), and
everything that is made of a kind (`derive`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, get_args

from server.catalogue.conditions import Condition
from server.catalogue.rule_kinds import Rule
from sync.upcast import KindHistory

#: How a value is written on the wire:
#: text, long_text  string · integer, money (đồng)  whole number · boolean
#: date  "2026-11-20" · time  "17:30" · choice  option id · choices  list of option ids
#: position  {"lat_cdeg", "lon_cdeg"}: hundredths of a degree, about 1 km, and so never the exact
#: spot, which the law counts as sensitive · link  http(s) address · phone  Vietnamese mobile number
#: activity  id of another activity
#: short_code  code of a print run, normalised: "K7Q3F2M9X"
FieldType = Literal[
    "text", "long_text", "integer", "money", "boolean", "date", "time", "choice", "choices",
    "position", "link", "phone", "activity", "short_code",
]  # fmt: skip
FIELD_TYPES: tuple[FieldType, ...] = get_args(FieldType)

#: The one set field: photos and files. Its elements are known by their hash.
EVIDENCE = "evidence"
EVIDENCE_KEY = "sha256"


@dataclass(frozen=True, slots=True)
class Text:
    """One wording in both languages."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Option:
    id: str
    label: Text


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a person fills in. `min`, `max`: numbers, or dates and times as written."""

    id: str
    type: FieldType
    label: Text
    required: bool = False
    required_if: Condition | None = None
    shown_if: Condition | None = None
    options: tuple[Option, ...] = ()
    min: int | str | None = None
    max: int | str | None = None
    unit: Text | None = None
    max_length: int | None = None
    group: str | None = None
    help: Text | None = None
    #: Filled in when a form is opened: a value, or "today" for a date.
    default: Any = None
    #: Values offered as one tap.
    suggestions: tuple[int | str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form. A folded one is closed until somebody wants it."""

    id: str
    label: Text
    fields: tuple[str, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class CountRule:
    """What an activity adds to a row of the annex or to a target's metric.

    `amount` is a number or the id of a field that holds one. `group_key` is `commune` or the id of
    a field that holds a choice or a short code; a distinct count counts groups, not amounts.
    """

    code: str
    amount: int | str = 1
    when: Condition | None = None
    group_key: str | None = None
    distinct: bool = False


@dataclass(frozen=True, slots=True)
class EvidenceRule:
    """How many elements of evidence a submitted activity needs and may have."""

    min: int
    max: int


@dataclass(frozen=True)
class Kind:
    """One kind of activity, complete. Equal text in YAML makes an equal kind."""

    id: str
    version: int
    order: int
    labels: Text
    short: Text
    rows: tuple[str, ...]
    sections: tuple[Section, ...]
    fields: Mapping[str, Field]
    rules: tuple[Rule, ...]
    counts: tuple[CountRule, ...]
    evidence: EvidenceRule
    columns: tuple[str, ...]
    #: Fields copied when somebody records the same again.
    repeated: tuple[str, ...]
    example: Mapping[str, Any] = field(default_factory=dict)
    #: Version -> {a field's name before it: its name from it on}. Old apps are understood by it.
    renamed: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    #: Operations made with an earlier version are parked as too old.
    oldest_version: int = 1

    def __hash__(self) -> int:
        return hash((self.id, self.version))

    @cached_property
    def history(self) -> KindHistory:
        """What the sync core needs to understand operations of earlier versions."""
        return KindHistory(self.version, self.oldest_version, self.renamed)

    @cached_property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Fields that merge as one, in the order of the form; only groups of two or more."""
        members: dict[str, list[str]] = {}
        for declared in self.fields.values():
            if declared.group is not None:
                members.setdefault(declared.group, []).append(declared.id)
        return tuple(tuple(ids) for ids in members.values() if len(ids) > 1)
