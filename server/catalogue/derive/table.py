"""The columns of a kind in lists, review screens and exports, and a cell's text.

Not here: columns that every activity has (place, author, status); their rooms add those.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server import short_codes
from server.catalogue.kind import Field, Kind, Text
from server.catalogue.wording import Language, number_text, value_text


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `is_number` columns are right-aligned and may be summed."""

    id: str
    label: Text
    unit: Text | None
    is_number: bool
    #: Shown in a list; the others only in details and exports.
    in_list: bool


def columns(kind: Kind) -> tuple[Column, ...]:
    """First the columns of a list, then every other field in the order of the form."""
    listed = [kind.fields[name] for name in kind.columns]
    rest = [field for field in kind.fields.values() if field.id not in kind.columns]
    return tuple(
        Column(
            field.id, field.label, field.unit, field.type in ("integer", "money"), field in listed
        )
        for field in [*listed, *rest]
    )


def cell_text(field: Field, value: Any, language: Language) -> str:
    """A value as people read it; empty for a missing one. The unit stands in the head."""
    if value is None:
        return ""
    if isinstance(value, bool):
        words = {"vi": ("Có", "Không"), "en": ("Yes", "No")}[language]
        return words[0] if value else words[1]
    if isinstance(value, int):
        return number_text(value, language)
    if isinstance(value, list):
        return "; ".join(_option_text(field, each, language) for each in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{part / 100:.2f}" for part in value.values())
    if field.type == "short_code":
        return short_codes.show(value)
    if field.options:
        return _option_text(field, value, language)
    return value_text(value, field, language)


def _option_text(field: Field, value: str, language: Language) -> str:
    """The option's label; an id that is no longer declared stands for itself."""
    for option in field.options:
        if option.id == value:
            return str(getattr(option.label, language))
    return value
