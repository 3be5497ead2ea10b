from __future__ import annotations

import pytest

from sync.outbox import Kept, Pending, choose
from tests.sync.vectors import envelope


def test_the_order_of_saving_is_the_order_of_sending() -> None:
    outbox = [Pending(envelope(number, of=90 + number % 2)) for number in range(1, 6)]
    assert choose(outbox, 3) == outbox[:3]


def test_an_activity_that_waits_stands_behind_in_its_own_order() -> None:
    outbox = [Pending(envelope(1, of=90)), Pending(envelope(2, of=90), tries=2),
              Pending(envelope(3, of=91))]  # fmt: skip
    assert [pending.wire["n"] for pending in choose(outbox, 10)] == [3, 1, 2]


@pytest.mark.parametrize(
    ("outcome", "version"), [("applied", 3), ("merged", 3), ("conflict", 0), ("parked", 0)]
)
def test_where_an_operation_went_in(outcome: str, version: int) -> None:
    assert Kept(envelope(), {"outcome": outcome, "version": 3}, "t").went_in_at == version


def test_who_was_shut_out_is_not_told_where() -> None:
    assert Kept(envelope(), {"outcome": "applied", "version": None}, "t").went_in_at is None
