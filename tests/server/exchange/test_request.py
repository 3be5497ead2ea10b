"""The envelope of a sync request."""

from __future__ import annotations

import pytest

from server.exchange.request import read_request
from server.problems import ProblemError
from sync.limits import BATCH_MAX, DRAFTS_MAX, ROWS_MAX


def test_the_least_that_a_phone_may_say() -> None:
    request = read_request({"protocol": 1})
    assert (request.cursors, request.operations, request.max_rows) == ({}, (), ROWS_MAX)


def test_members_of_tomorrow_are_left_alone() -> None:
    assert read_request({"protocol": 2, "courier": True, "max_rows": 10_000}).max_rows == ROWS_MAX


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("protocol", 0), ("protocol", "1"), ("protocol", True), ("epoch", -1), ("epoch", 2**40),
        ("last_n", 1.5), ("app", 7), ("app", "x" * 200), ("device", []), ("incarnation", {}),
        ("cursors", []), ("cursors", {"reference": -1}), ("cursors", {"reference": "1"}),
        ("cursors", {"x" * 100: 1}), ("digests", {"reference": 1}), ("digests", "x"),
        ("operations", {}), ("operations", [{}] * (BATCH_MAX + 1)), ("max_rows", -1),
        ("unsent", 5), ("unsent", {"operations": -1}), ("unsent", {"oldest_at": 7}),
        ("catalogue", 9), ("formerly", 7), ("courier_key", {}), ("taken", "x"), ("taken", [7]),
        ("taken", ["x"] * (DRAFTS_MAX + 1)), ("drafts", {}), ("drafts", [{}] * (DRAFTS_MAX + 1)),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(member: str, value: object) -> None:
    with pytest.raises(ProblemError) as caught:
        read_request({"protocol": 1, member: value})
    (problem,) = caught.value.extras["problems"]
    assert problem["field"] == member
    assert problem["vi"]


@pytest.mark.parametrize("raw", [None, [], "x", 7])
def test_a_message_is_an_object(raw: object) -> None:
    with pytest.raises(ProblemError):
        read_request(raw)
