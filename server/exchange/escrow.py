"""The answer to a phone that was shut out and delivers what it had done before (PROTOCOL.md 9).

It hears of each operation that the server has it, and of when that ends: no row, no scope, no
value of anybody. Not here: until when (`devices.escrow`), parking (`activities.batch`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from server.activities.wire import moment
from server.exchange.push import Verdict
from server.exchange.request import SyncRequest


def delivers(request: SyncRequest) -> bool:
    """Whether the phone brings or still holds something; if not, its token is good for nothing."""
    unsent = request.unsent or {}
    return bool(request.operations or unsent.get("operations") or unsent.get("photos"))


def narrowed(until: datetime, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """What replaces the answer's members, so that it tells nothing but receipt."""
    return {
        "outcomes": [receipt(verdict) for verdict in verdicts],
        "changes": {},
        "grants": {"added": [], "dropped": [], "moved": {}},
        "escrow": {"until": moment(until)},
    }


def receipt(verdict: Verdict) -> dict[str, Any]:
    """The outcome without what others did: an earlier one may hold their values beside mine."""
    bare: dict[str, Any] = {
        "version": None,
        "seq": None,
        "problems": [],
        "conflicts": [],
        "fork": False,
    }
    return {**verdict.to_wire(), **bare}
