"""A change that did not go in, with both values, until somebody decides (PROTOCOL.md 5).

Not here: who may decide, and the deciding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

#: fields: both changed the same group. amendment: the activity is approved. withdrawal: one side
#: withdrew what the other changed. invalid: each side is valid, both together are not.
Kind = Literal["fields", "amendment", "withdrawal", "invalid"]


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One field on both sides. For a set field `mine` is `{"add": [element], "remove": [id]}`
    and `current` the elements concerned as the server holds them."""

    field: str
    current: Any
    mine: Any
    was: Any

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

    A withdrawal that met newer content has no `values`: what it asks for is in its type.
    """

    kind: Kind
    operation: str
    values: tuple[FieldValue, ...] = ()

    def to_wire(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "operation": self.operation,
            "values": [value.to_wire() for value in self.values],
        }

    @staticmethod
    def from_wire(wire: Mapping[str, Any]) -> Conflict:
        values = tuple(
            FieldValue(v["field"], v.get("current"), v.get("mine"), v.get("was"))
            for v in wire.get("values", ())
        )
        return Conflict(wire["kind"], wire["operation"], values)
