"""An act of the simulated country as an operator writes it down for the real server.

Not here: what the server makes of it.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from tests.simulation.communes import Act

#: Each act needs a later day than the one before, and all of them lie in the world's past.
_FIRST_DAY = date(2026, 1, 1)


def act_text(act: Act) -> str:
    """The act as YAML; JSON is YAML, too."""
    match act.kind:
        case "merge":
            change: dict[str, Any] = {"merge": [_id(scope) for scope in act.old],
                                      "into": _unit(act.new[0])}  # fmt: skip
        case "split":
            change = {"split": _id(act.old[0]), "into": [_unit(scope) for scope in act.new],
                      "heir": _code(act.new[0])}  # fmt: skip
        case "rename":
            change = {"rename": _id(act.old[0]), "name": f"Ba Đình {act.number}"}
    day = _FIRST_DAY + timedelta(days=act.number)
    said = {"basis": "simulation", "date": day.isoformat(), "changes": [change]}
    return json.dumps(said, ensure_ascii=False)


def _unit(scope: str) -> dict[str, str]:
    return {"code": _code(scope), "name": f"Xã {_code(scope)}", "type": "xã"}


def _id(scope: str) -> str:
    return scope.partition(":")[2]


def _code(scope: str) -> str:
    return _id(scope).split("-")[1]
