from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from sync import digest
from sync.record import Record
from tests.sync.vectors import id_of

SIDES = st.tuples(st.uuids().map(str), st.integers(1, 50))
SUMS = st.integers(0, digest.MODULUS - 1)


@given(SUMS, SIDES, SIDES)
def test_adding_and_taking_away_again(total: int, one: digest.Side, other: digest.Side) -> None:
    there = digest.add(total, None, one)
    assert digest.add(there, one, None) == total
    assert digest.add(there, one, other) == digest.add(total, None, other)


@given(st.lists(SIDES, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_changes_does_not_matter(
    sides: list[digest.Side], chance: random.Random
) -> None:
    def total(of: list[digest.Side]) -> int:
        found = 0
        for side in of:
            found = digest.add(found, None, side)
        return found

    shuffled = sides.copy()
    chance.shuffle(shuffled)
    assert total(shuffled) == total(sides)


@given(SIDES)
def test_a_change_of_version_shows(side: digest.Side) -> None:
    id, version = side
    assert digest.row_hash(id, version) != digest.row_hash(id, version + 1)


@given(SUMS)
def test_text_and_back(total: int) -> None:
    text = digest.to_text(total)
    assert len(text) == 16
    assert digest.from_text(text) == total


def test_known_values() -> None:
    """The phone computes the same: changing these breaks every phone in the field."""
    assert digest.to_text(digest.row_hash(id_of(1), 1)) == "e0782666b75ddbcb"
    assert digest.content_digest("broadcast", {"title": "Xã"}, {}) == "dcf183979512c81a"


def test_empty_values_count_as_absent() -> None:
    bare = digest.content_digest("k", {"a": 1}, {})
    assert digest.content_digest("k", {"a": 1, "b": None}, {"evidence": {}}) == bare
    record = Record(id_of(1), "commune:c", "k", 1, "an", "draft", 1, {"a": 1}, {"evidence": {}})
    assert record.digest == bare
