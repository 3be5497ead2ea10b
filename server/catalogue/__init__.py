"""The kinds of activity, declared once in `kinds/*.yaml`; everything else is derived from them.

Pure: no database, no HTTP. `kinds()`, `version()` and `as_json()` are for every room above; what is
made of one kind lives in `derive`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from server.catalogue.derive.form import form_of
from server.catalogue.kind import Kind
from server.catalogue.loading import load_kinds
from server.catalogue.reader import CatalogueError

__all__ = ["CatalogueError", "Kind", "as_json", "distinct_codes", "kinds", "version"]


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by id, in the order in which a phone offers them. Read once a process."""
    return MappingProxyType(load_kinds())


@cache
def _forms() -> tuple[str, str]:
    forms = [form_of(kind) for kind in kinds().values()]
    text = json.dumps(forms, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16], text


def version() -> str:
    """16 hex digits that change whenever any declaration does."""
    return _forms()[0]


def as_json() -> dict[str, Any]:
    """The body of GET /api/v1/catalogue, a fresh copy: {"version", "kinds": [form, …]}."""
    digest, text = _forms()
    return {"version": digest, "kinds": json.loads(text)}


@cache
def distinct_codes() -> frozenset[str]:
    """Codes whose figure is the number of different group keys, not the sum of amounts."""
    return frozenset(
        count.code for kind in kinds().values() for count in kind.counts if count.distinct
    )
