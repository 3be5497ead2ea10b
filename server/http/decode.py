"""Reading JSON so strictly that both databases agree on what follows.

SQLite accepts and PostgreSQL refuses NUL, lone surrogates, NaN and out-of-range numbers; Python
accepts duplicate keys and recurses until it falls. Each is refused here, before any database.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from flask.json.provider import DefaultJSONProvider

DEPTH_MAX = 8  # the deepest message of the protocol is 6 deep
INTEGER_MAX = 2**53 - 1  # what a phone's JavaScript can hold exactly


class StrictJsonError(ValueError):
    """The text is no JSON that we take; the message says where it goes wrong."""


def loads(text: str | bytes) -> Any:
    """Parse `text` or raise `StrictJsonError`."""
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant,
                           parse_float=_float)  # fmt: skip
    except StrictJsonError:
        raise
    except (ValueError, RecursionError) as error:
        raise StrictJsonError(str(error)) from error
    check(value)
    return value


def check(value: Any, depth: int = 0) -> None:
    """Refuse what some database or phone could not hold."""
    if depth > DEPTH_MAX:
        raise StrictJsonError(f"deeper than {DEPTH_MAX}")
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise StrictJsonError("text with NUL or a lone surrogate")
    elif isinstance(value, bool):
        return
    elif isinstance(value, int):
        if abs(value) > INTEGER_MAX:
            raise StrictJsonError("integer beyond 2^53")
    elif isinstance(value, list):
        for item in value:
            check(item, depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            check(key, depth + 1)
            check(item, depth + 1)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise StrictJsonError("the same key twice in one object")
    return found


def _constant(name: str) -> NoReturn:
    raise StrictJsonError(f"{name} is no JSON")


def _float(text: str) -> float:
    value = float(text)
    if abs(value) > 1e15:
        raise StrictJsonError("number out of range")
    return value


class StrictJsonProvider(DefaultJSONProvider):
    """Flask's JSON: strict in, Vietnamese letters as they are out."""

    ensure_ascii = False
    sort_keys = False
    compact = True

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return loads(s)
