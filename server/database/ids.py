"""Ids made by the server: UUIDv7 (RFC 9562, 5.7), as text of 36 characters.

The first 48 bits are the moment in milliseconds, so ids made later sort later and an index grows
at its end. Not here: ids made by phones, which arrive as they are.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from datetime import datetime

_RANDOM_BITS = 80  # 4 of them give way to the version and 2 to the variant

#: Where chance comes from; a simulation puts a seeded source here.
random_bits: Callable[[int], int] = secrets.randbits


def new_id(now: datetime) -> str:
    """A fresh id for something made at `now` (aware)."""
    assert now.tzinfo is not None, "a naive time means nothing here"
    milliseconds = int(now.timestamp() * 1000)
    value = milliseconds << _RANDOM_BITS | random_bits(_RANDOM_BITS)
    value = value & ~(0xF << 76) | 0x7 << 76  # version 7
    value = value & ~(0x3 << 62) | 0x2 << 62  # variant 10
    return str(uuid.UUID(int=value))
