"""Whether one value fits its field: form, length, options, range.

Not here: whether a value is needed or shown at all, and what two fields say together (`rules`).
The phone has the same checks (`pwa/src/forms/rules/values.ts`), held by the shared vectors.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from server import short_codes
from server.catalogue import wording
from server.catalogue.kind import Field
from server.catalogue.wording import Problem

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_LINK = re.compile(r"https?://[^\s/?#]+[^\s]*")
_PHONE = re.compile(r"(0|\+?84)[35789][0-9]{8}")
_UNFIT = re.compile("[\0\ud800-\udfff]")
_PHONE_MARKS = re.compile(r"[ .\-]")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Degrees × 100. Not narrower than the earth: a wrong phone position informs, it does not refuse.
_POSITION_BOUNDS = {"lat_cdeg": 9_000, "lon_cdeg": 18_000}


def check_value(field: Field, value: Any) -> Problem | None:
    """What is wrong with a filled `value`, or None."""
    if not _FORMS[field.type](field, value):
        return wording.wrong_form(field)
    # Code points, as the phone counts them too; an emoji is one.
    if field.max_length is not None and len(value) > field.max_length:
        return wording.too_long(field)
    if not within(value, field.min, field.max):
        return wording.out_of_range(field, field.min, field.max)
    return None


def within(value: Any, low: int | str | None, high: int | str | None) -> bool:
    """Whether `value` lies between the bounds, both included."""
    return (low is None or value >= low) and (high is None or value <= high)


def _is_text(_field: Field, value: Any) -> bool:
    # NUL cannot be stored by PostgreSQL, half a surrogate pair cannot be written as UTF-8.
    return isinstance(value, str) and not _UNFIT.search(value)


def _is_whole(_field: Field, value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_boolean(_field: Field, value: Any) -> bool:
    return isinstance(value, bool)


def _is_date(_field: Field, value: Any) -> bool:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _matches(pattern: re.Pattern[str]) -> Callable[[Field, Any], bool]:
    return lambda _field, value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_phone(_field: Field, value: Any) -> bool:
    return isinstance(value, str) and bool(_PHONE.fullmatch(_PHONE_MARKS.sub("", value)))


def _is_short_code(_field: Field, value: Any) -> bool:
    # Kept as printed: whoever types it, or reads it from a file, normalises it first.
    return isinstance(value, str) and short_codes.is_valid(value)


def _is_choice(field: Field, value: Any) -> bool:
    return isinstance(value, str) and any(option.id == value for option in field.options)


def _are_choices(field: Field, value: Any) -> bool:
    return (
        isinstance(value, list)
        and all(_is_choice(field, each) for each in value)
        and len(set(value)) == len(value)
    )


def _is_position(field: Field, value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == set(_POSITION_BOUNDS)
        and all(
            _is_whole(field, value[key]) and abs(value[key]) <= bound
            for key, bound in _POSITION_BOUNDS.items()
        )
    )


_FORMS: dict[str, Callable[[Field, Any], bool]] = {
    "text": _is_text,
    "long_text": _is_text,
    "integer": _is_whole,
    "money": _is_whole,
    "boolean": _is_boolean,
    "date": _is_date,
    "time": _matches(_TIME),
    "choice": _is_choice,
    "choices": _are_choices,
    "position": _is_position,
    "link": _matches(_LINK),
    "phone": _is_phone,
    "activity": _matches(_ID),
    "short_code": _is_short_code,
}
