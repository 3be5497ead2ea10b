from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.codec import _slowly, canonical, same, sha256_hex
from sync.errors import CodecError
from tests.sync import vectors

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
    | st.floats(-1e15, 1e15),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.parametrize("case", vectors.cases("merge_canonical.json"))
def test_vector(case: Any) -> None:
    assert canonical(json.loads(case["json"])).decode() == case["canonical"]


@given(VALUES)
def test_reading_it_again_gives_the_same_text(value: Any) -> None:
    text = canonical(value)
    assert canonical(json.loads(text)) == text


@given(VALUES)
def test_the_quick_way_writes_what_the_rules_write(value: Any) -> None:
    assert canonical(value) == _slowly(value)


@pytest.mark.parametrize(
    "value",
    [1.0, -0.0, 1e-5, 1e15, 0.1, [1.0], {"a": 2.0, "b": 1e-7}, {"\uffff": 1, "\U0001f600": 2},
     "1.0", ["x", 1e-6], {"1": 2}, {"true": None}, 10**15, {"e": "a:1e5"}, 12345678.0, "\x7f\x1f",
     ["".join(map(chr, range(256))), "\u2028\u2029\ufeff\ufffe\U0010ffff"],
     [2**53 - 1, 1 - 2**53, True, None], ["x", ("y", 1)], [[[]], {}, {"": {}}],
     {"b": 1, "a": 2, "B": 3, "_": 4, "a0": 5, "": 6}, {"đ": 1, "d": 2, "e": 3}],
)  # fmt: skip
def test_numbers_and_letters_that_a_ready_writer_writes_otherwise(value: Any) -> None:
    assert canonical(value) == _slowly(value)


@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_the_order_of_keys_does_not_matter(value: dict[str, Any]) -> None:
    assert sha256_hex(dict(reversed(list(value.items())))) == sha256_hex(value)


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), 2**53, "\ud800", {1: 2}, {"a": object()}, b"x", [2**53],
     [-(2**53)], [float("nan")], {"a": "\udfff"}, {"\ud800": 1}, [{1: 2}],
     [date(2026, 11, 23)]],
)  # fmt: skip
def test_what_json_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(CodecError):
        canonical(value)


@given(VALUES)
def test_same_is_equality_of_texts(value: Any) -> None:
    assert same(value, json.loads(canonical(value)))


def test_numbers_are_equal_across_types_but_truth_is_no_number() -> None:
    assert same(1, 1.0)
    assert same([1], [1.0])
    assert not same(1, True)
    assert not same({"a": 0}, {"a": False})
    assert not same(None, 0)
