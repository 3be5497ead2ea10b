"""One activity as the server holds it, reduced to what an operation can meet.

Not here: tables, names of people, counts; the room of activities adds them around this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from sync.digest import content_digest

Status = Literal["draft", "submitted", "returned", "approved", "rejected", "withdrawn"]

#: Statuses in which a phone may still change the content.
OPEN: frozenset[str] = frozenset({"draft", "submitted", "returned"})

Elements = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Record:
    """`fields` holds no None; `sets` maps set field -> element id -> element.

    `extra` keeps what this server does not know. `version` rises with every change, decisions
    included; `approved_version` is the version that was approved last, if any.
    """

    id: str
    scope: str
    kind: str
    kind_version: int
    author: str
    status: str
    version: int
    fields: Mapping[str, Any]
    sets: Mapping[str, Elements]
    extra: Mapping[str, Any] = field(default_factory=dict)
    approved_version: int | None = None

    @cached_property
    def digest(self) -> str:
        """16 hex digits over kind, fields and sets: what a reviewer says to have seen."""
        return content_digest(self.kind, self.fields, self.sets)
