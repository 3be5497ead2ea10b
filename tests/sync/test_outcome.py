from __future__ import annotations

import json

import pytest

from sync.conflict import Conflict, FieldValue
from sync.outcome import Applied, Conflicted, Merged, Outcome, Parked, Retry, from_wire, to_wire

CONFLICT = Conflict("fields", "op", (FieldValue("title", "a", "b", "z"),))
PROBLEM = {"field": "count", "code": "range", "vi": "Quá lớn.", "en": "Too large."}


@pytest.mark.parametrize(
    "outcome",
    [
        Applied(version=1), Applied("already_so", version=4), Merged(version=2),
        Conflicted(None, (PROBLEM,), (CONFLICT,), 3), Parked("invalid", (PROBLEM,)), Retry("bug"),
    ],
)  # fmt: skip
def test_stored_and_read_again(outcome: Outcome) -> None:
    stored = json.loads(json.dumps(to_wire(outcome)))
    assert stored["outcome"] == outcome.name
    assert from_wire({**stored, "seq": 7}) == outcome


def test_only_retry_is_no_end() -> None:
    assert [kind.durable for kind in (Applied, Merged, Conflicted, Parked, Retry)] == [
        True, True, True, True, False,
    ]  # fmt: skip
