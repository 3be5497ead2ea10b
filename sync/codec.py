"""Canonical JSON (RFC 8785) and hashes over it: two machines that hold equal values agree on bytes.

A ready writer alone is not enough: it writes 1.0 as `1.0` where JavaScript writes `1`, and sorts
keys by code point where the RFC sorts by UTF-16 units. So it gets what holds neither, which is
nearly everything, and the rules are written out for the rest. Not here: reading JSON.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from json.encoder import encode_basestring
from typing import Any

import orjson

from sync.errors import CodecError
from sync.limits import INTEGER_MAX

#: Types whose values every writer writes alike.
_ALIKE = frozenset({str, bool, type(None)})


def canonical(value: Any) -> bytes:
    """The one UTF-8 text of `value`. Raises CodecError for what JSON or JavaScript cannot hold."""
    try:
        if _is_plain(value):
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (TypeError, RecursionError):  # a key that is no text; half a surrogate pair; too deep
        pass
    return _slowly(value)


def _is_plain(value: Any) -> bool:
    """Whether an object or a list holds only what orjson writes as the RFC does.

    That leaves out floats, huge integers, foreign types (their heirs too), and keys beyond ASCII.
    """
    parts: Iterable[Any]
    if type(value) is dict:
        if not "".join(value).isascii():
            return False
        parts = value.values()
    elif type(value) is list:
        parts = value
    else:
        return False
    if _ALIKE.issuperset(map(type, parts)):
        return True
    for part in parts:
        kind = type(part)
        if kind is int:
            if not -INTEGER_MAX <= part <= INTEGER_MAX:
                return False
        elif kind not in _ALIKE and not _is_plain(part):
            return False
    return True


def _slowly(value: Any) -> bytes:
    parts: list[str] = []
    _write(value, parts.append)
    try:
        return "".join(parts).encode("utf-8")
    except UnicodeEncodeError as error:
        raise CodecError("text with a lone surrogate") from error


def sha256_hex(value: Any) -> str:
    """SHA-256 of the canonical JSON, 64 hex digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal as JSON: 1 is 1.0, but true is not 1."""
    if one is other:
        return True
    if type(one) is type(other) and isinstance(one, str | int | bool):
        return bool(one == other)
    if one is None or other is None:
        return False
    return canonical(one) == canonical(other)


def _write(value: Any, out: Any) -> None:
    if isinstance(value, str):
        out(encode_basestring(value))
    elif value is None:
        out("null")
    elif value is True:
        out("true")
    elif value is False:
        out("false")
    elif isinstance(value, int):
        if abs(value) > INTEGER_MAX:
            raise CodecError("integer beyond 2^53")
        out(int.__repr__(value))
    elif isinstance(value, float):
        out(_number(value))
    elif isinstance(value, dict):
        _write_object(value, out)
    elif isinstance(value, list | tuple):
        out("[")
        for place, item in enumerate(value):
            if place:
                out(",")
            _write(item, out)
        out("]")
    else:
        raise CodecError(f"no JSON: {type(value).__name__}")


def _write_object(value: dict[Any, Any], out: Any) -> None:
    out("{")
    first = True
    for key in _in_order(value):
        if not first:
            out(",")
        first = False
        out(encode_basestring(key))
        out(":")
        _write(value[key], out)
    out("}")


def _in_order(value: dict[Any, Any]) -> list[Any]:
    """The keys as clause 3.2.3 sorts them; in ASCII, as nearly all are, that is Python's order."""
    try:
        is_plain = "".join(value).isascii()
    except TypeError as error:
        raise CodecError("a key that is no text") from error
    return sorted(value) if is_plain else sorted(value, key=_utf16)


def _utf16(key: str) -> bytes:
    # Clause 3.2.3: by UTF-16 code units. Big-endian bytes compare as the units do.
    return key.encode("utf-16-be", "surrogatepass")


def _number(value: float) -> str:
    """ECMAScript's Number::toString, which clause 3.2.2.3 prescribes."""
    if not math.isfinite(value):
        raise CodecError("NaN and infinity are no JSON")
    if value == 0:
        return "0"  # also for -0
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    if fraction == "0":
        fraction = ""
    point = len(whole) + int(exponent or 0)
    digits = (whole + fraction).lstrip("0")
    point -= len(whole + fraction) - len(digits)
    digits = digits.rstrip("0")
    return sign + _place(digits, point)


def _place(digits: str, point: int) -> str:
    """`0.digits × 10^point` as JavaScript writes it."""
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    shift = point - 1
    mantissa = digits if count == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{mantissa}e{'+' if shift > 0 else '-'}{abs(shift)}"
