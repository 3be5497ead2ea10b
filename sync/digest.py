"""Short sums that tell whether two machines hold the same: of one activity, of a whole scope.

A scope's digest is the sum modulo 2^64 of a hash of each live row's id and version, so a writer
keeps it current with one subtraction and one addition, in any order. Not here: who reads it when.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sync.codec import sha256_hex

MODULUS = 1 << 64

#: (row id, version)
Side = tuple[str, int]


def content_digest(
    kind: str, fields: Mapping[str, Any], sets: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> str:
    """16 hex digits over what people filled in; status, author and times are not part of it.

    Empty fields and empty sets count as absent, so both sides may store them as they like.
    """
    return sha256_hex(
        {
            "kind": kind,
            "fields": {name: value for name, value in fields.items() if value is not None},
            "sets": {name: dict(elements) for name, elements in sets.items() if elements},
        }
    )[:16]


def row_hash(id: str, version: int) -> int:
    """The share of one live row in its scope's digest."""
    text = f"{id}:{version}".encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big")


def add(digest: int, before: Side | None, after: Side | None) -> int:
    """The digest after a row went from `before` to `after`; None means: not there (any more)."""
    if before is not None:
        digest -= row_hash(*before)
    if after is not None:
        digest += row_hash(*after)
    return digest % MODULUS


def to_text(digest: int) -> str:
    """16 hex digits."""
    return f"{digest:016x}"


def from_text(text: str) -> int:
    """Reads `to_text`. Raises ValueError for anything else."""
    if len(text) != 16:
        raise ValueError("a digest has 16 hex digits")
    return int(text, 16)
