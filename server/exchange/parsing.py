"""Reading a batch so that one bad operation is one verdict, and the others go in.

What some database or phone could not hold (NaN, NUL, lone surrogates, duplicate keys, huge
numbers, deep nesting) is found here, before any database, operation by operation; only a text
that is no JSON at all fails the request. Both databases therefore give the same verdicts.
Not here: what an operation must contain (`sync.operation`), the envelope (`request`).
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

import orjson

from server.activities.failures import Told, told_by
from server.http import decode
from server.http.decode import StrictJsonError
from sync import outcome, upcast
from sync.errors import OperationError
from sync.operation import Operation

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ESCAPED = re.compile(rb"\\u(0000|[dD][89a-fA-F])")
# An escape, or what looks like a number that is huge or written with an exponent
_DOUBTFUL = re.compile(rb"\\u|(?:^|[:\[,])\s*-?(?:[0-9]{16}|[0-9.]+[eE])")
#: Of a refused operation this much of its text is kept; one operation is far smaller.
KEPT_TEXT_MAX = 16_384


@dataclass(frozen=True, slots=True)
class Refused:
    """An operation that can't be read. `id` is None where it has no id that could be kept.

    `text` is the operation as ASCII JSON, which any database holds; of a long one its beginning.
    """

    id: str | None
    activity: str | None
    hash: str
    reason: str
    problems: tuple[dict[str, str], ...]
    text: str
    told: Told = field(default_factory=Told)


class _Poison:
    """A value that is no JSON that we take."""

    def __init__(self, why: str) -> None:
        self.why = why


class _PoisonedObject(dict[str, Any]):
    """An object with a key twice."""


@dataclass(frozen=True, slots=True)
class Message:
    """A parsed body. Only a suspect one needs to be searched for poison: one in thousands."""

    value: Any
    suspect: bool


def loads(body: bytes) -> Message:
    """Parse leniently: poison values stay in place as marks, to be refused where they stand.

    Raises `StrictJsonError` for what is no JSON.
    """
    return _plain(body) or _read_with_care(body)


def _plain(body: bytes) -> Message | None:
    """The message if it is as phones write it, without anything to be found; or None.

    Written again it is the same to the byte, so no key stands twice; what else may be wrong with
    a value shows in the text.
    """
    if _DOUBTFUL.search(body):
        return None
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return Message(value, suspect=False) if orjson.dumps(value) == body else None


def _read_with_care(body: bytes) -> Message:
    found: list[str] = []  # why something was marked

    def mark(why: str) -> _Poison:
        found.append(why)
        return _Poison(why)

    def number(text: str) -> float | _Poison:
        value = float(text)
        return value if abs(value) <= 1e15 else mark("number out of range")

    def integer(text: str) -> int | _Poison:
        # by its length first: Python refuses to read integers of thousands of digits at all
        if len(text) <= 17 and abs(value := int(text)) <= decode.INTEGER_MAX:
            return value
        return mark("integer beyond 2^53")

    def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) == len(pairs):
            return made
        found.append("the same key twice in one object")
        return _PoisonedObject(made)

    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=mapping,
            parse_constant=lambda name: mark(f"{name} is no JSON"),
            parse_float=number,
            parse_int=integer,
        )
    except (ValueError, RecursionError) as error:
        raise StrictJsonError("not well-formed") from error
    # NUL and lone surrogates can only come escaped: raw ones are neither JSON nor UTF-8
    return Message(value, bool(found) or _ESCAPED.search(body) is not None)


def read_operation(raw: object, suspect: bool = True) -> Operation | Refused:
    """The operation, or why it can't be one. Depth is checked with the envelope."""
    found = _first_poison(raw) if suspect else None
    if found is not None:
        return _refused(raw, outcome.MALFORMED, ({
            "field": "", "code": "unreadable",
            "vi": f"Giá trị không đọc được: {found}.", "en": f"A value can't be read: {found}.",
        },))  # fmt: skip
    try:
        return upcast.read_operation(raw)
    except OperationError as error:
        return _refused(raw, error.reason, tuple(error.problems))


def check_envelope(message: Message) -> None:
    """Refuse poison anywhere but in what has verdicts of its own. Raises `StrictJsonError`."""
    raw = message.value
    if isinstance(raw, dict):
        rest = {name: value for name, value in raw.items() if name not in ("operations", "drafts")}
        found = _first_poison(rest)
        if isinstance(raw, _PoisonedObject):
            found = "the same key twice in one object"
        if found is not None:
            raise StrictJsonError(found)


def is_readable(raw: object) -> bool:
    """Whether a database of either kind could hold `raw`, two levels down in a message."""
    return _first_poison(raw) is None


def _refused(raw: object, reason: str, problems: tuple[dict[str, str], ...]) -> Refused:
    text = json.dumps(raw, ensure_ascii=True, sort_keys=True, default=_show)
    known = raw if isinstance(raw, dict) else {}
    return Refused(
        id=readable_id(known.get("id")),
        activity=readable_id(known.get("activity")),
        hash=hashlib.sha256(text.encode("ascii")).hexdigest(),
        reason=reason,
        problems=problems,
        text=text[:KEPT_TEXT_MAX],
        told=told_by(raw),
    )


def readable_id(value: object) -> str | None:
    """`value` if it is an id as phones make them."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def _show(value: object) -> object:
    return {"unreadable": value.why} if isinstance(value, _Poison) else str(value)


def _first_poison(value: object, depth: int = 0) -> str | None:
    """What is wrong with `value`, or None. Operations stand two levels down in the message."""
    if isinstance(value, _Poison):
        return value.why
    if isinstance(value, _PoisonedObject):
        return "the same key twice in one object"
    if depth > decode.DEPTH_MAX:
        return f"deeper than {decode.DEPTH_MAX}"
    if isinstance(value, dict | list):
        parts = [*value, *value.values()] if isinstance(value, dict) else value
        return next((why for part in parts if (why := _first_poison(part, depth + 1))), None)
    try:
        decode.check(value)
    except StrictJsonError as error:
        return str(error)
    return None
