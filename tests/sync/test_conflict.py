from __future__ import annotations

import json

from sync.conflict import Conflict, FieldValue


def test_both_values_survive_storing() -> None:
    mine = {"add": [{"id": "l1", "text": "b"}], "remove": []}
    conflict = Conflict(
        "amendment", "op", (FieldValue("title", "a", "b", None), FieldValue("lines", [], mine, []))
    )
    assert Conflict.from_wire(json.loads(json.dumps(conflict.to_wire()))) == conflict


def test_a_withdrawal_has_no_values() -> None:
    assert Conflict.from_wire({"kind": "withdrawal", "operation": "op"}).values == ()
