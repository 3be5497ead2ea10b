"""The list of all broken variants: name -> the classes of a world in which somebody was wrong.

Not here: what each changes (`broken_servers`, `broken_phones`).
"""

from __future__ import annotations

from typing import Any

from sync.replica import Replica
from tests.simulation import (
    broken_bytes,
    broken_losses,
    broken_phones,
    broken_servers,
    broken_twins,
    broken_waiting,
)
from tests.simulation.phone import Phone
from tests.simulation.server import ModelServer


def _variants() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    parts: dict[str, type[Any]] = {"server": ModelServer, "replica": Replica, "phone": Phone}
    modules = (broken_servers, broken_phones, broken_waiting, broken_twins, broken_bytes,
               broken_losses)  # fmt: skip
    for module in modules:
        for name, thing in vars(module).items():
            if not isinstance(thing, type) or thing.__module__ != module.__name__:
                continue
            part = next(part for part, right in parts.items() if issubclass(thing, right))
            found[name] = {part: thing}
    return found


#: Keyword arguments of `World` by the name of the variant.
BROKEN = _variants()
