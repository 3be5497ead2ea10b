"""Reading the vectors that the phone's tests read too, and making the objects they speak of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sync.operation import Operation, parse_operation

FOLDER = Path(__file__).parents[1] / "vectors"
SCOPE = "commune:c-00004-2025"


def load(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return found


def cases(name: str) -> list[Any]:
    """The cases of a file as pytest parameters, named."""
    import pytest

    return [pytest.param(case, id=case["name"]) for case in load(name)["cases"]]


def id_of(number: int) -> str:
    """An id with the shape of a UUIDv7."""
    return f"{number:08x}-0000-7000-8000-000000000000"


def envelope(number: int = 1, of: int = 99, **members: Any) -> dict[str, Any]:
    """An operation as a phone sends it: an edit that changes nothing, with `members` over it."""
    return {
        "id": id_of(number), "activity": id_of(of), "type": "edit", "scope": SCOPE,
        "kind": "broadcast", "kind_version": 1, "base": None, "incarnation": None, "set": {},
        "was": {}, "add": {}, "remove": {}, "after": None, "n": number, "captured": None,
        **members,
    }  # fmt: skip


def operation(number: int = 1, of: int = 99, **members: Any) -> Operation:
    return parse_operation(envelope(number, of, **members))
