"""A change that did not go in, with both values, until somebody decides (PROTOCOL.md 5).

Not here: who may decide, and the deciding (`resolve`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

#: fields: both changed the same group. amendment: the activity is approved. withdrawal: one side
#: withdrew what the other changed. invalid: each side is valid, both together are not.
Kind = Literal["fields", "amendment", "withdrawal", "invalid"]

#: current: the record stays. proposed: what is kept beside it goes in. values: typed ones do.
Choice = Literal["current", "proposed", "values"]
CHOICES: frozenset[str] = frozenset({"current", "proposed", "values"})


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One field on both sides. For a set field `mine` is `{"add": [element], "remove": [id]}`
    and `current` the elements concerned as the server holds them."""

    field: str
    current: Any
    mine: Any
    was: Any

    @property
    def is_set(self) -> bool:
        """Whether `mine` changes a set; no field of a kind holds these two members."""
        return isinstance(self.mine, dict) and self.mine.keys() == {"add", "remove"}

    def to_wire(self) -> dict[str, Any]:
        return {
            "field": self.field,
            "current": self.current,
            "mine": self.mine,
            "was": self.was,
        }


@dataclass(frozen=True, slots=True)
class Conflict:
    """`operation` is the id of the operation whose values are kept beside the record.

    `type` is what that operation asks for, if it is accepted: edit, submit or withdraw. A
    withdrawal that met newer content has no `values`.
    """

    kind: Kind
    operation: str
    values: tuple[FieldValue, ...] = ()
    type: str = "edit"

    @property
    def id(self) -> str:
        """What a resolution names. It follows from the operation, which leaves one conflict at
        most: a server that was restored and is offered the operation again means the same."""
        return self.operation

    def to_wire(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "operation": self.operation,
            "type": self.type,
            "values": [value.to_wire() for value in self.values],
        }

    @staticmethod
    def from_wire(wire: Mapping[str, Any]) -> Conflict:
        values = tuple(
            FieldValue(v["field"], v.get("current"), v.get("mine"), v.get("was"))
            for v in wire.get("values", ())
        )
        return Conflict(wire["kind"], wire["operation"], values, wire.get("type", "edit"))


@dataclass(frozen=True, slots=True)
class Resolution:
    """How a conflict ended: by which operation, with which choice and typed values."""

    operation: str
    choice: Choice
    values: Mapping[str, Any] = field(default_factory=dict)

    def to_wire(self) -> dict[str, Any]:
        return {"operation": self.operation, "choice": self.choice, "values": dict(self.values)}

    @staticmethod
    def from_wire(wire: Mapping[str, Any]) -> Resolution:
        return Resolution(wire["operation"], wire["choice"], wire.get("values") or {})


@dataclass(frozen=True, slots=True)
class Standing:
    """A conflict with what is known of it: whose change it keeps, and how it ended, if it did."""

    conflict: Conflict
    author: str
    resolution: Resolution | None = None


def resolver(
    conflict_author: str, record_author: str, status: str
) -> Literal["author", "reviewer"]:
    """Who decides: the author between their own phones, a reviewer between two people, and on
    approved content always a reviewer. What an author may decide a reviewer may, too."""
    own = conflict_author == record_author and status != "approved"
    return "author" if own else "reviewer"
