"""Conditions: reading them strictly, writing them back, what they look at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.catalogue.conditions import (
    ConditionError,
    fields_named,
    holds,
    parse_condition,
    to_json,
)

NAMES = st.sampled_from(["a", "b", "c"])
SCALARS = st.one_of(st.integers(-3, 3), st.booleans(), st.sampled_from(["x", "y", "2026-01-01"]))
COMPARISONS = st.one_of(
    st.builds(lambda f, v: {"field": f, "is": v}, NAMES, SCALARS),
    st.builds(lambda f, v: {"field": f, "in": v}, NAMES, st.lists(SCALARS)),
    st.builds(lambda f, v: {"field": f, "includes": v}, NAMES, st.lists(SCALARS)),
    st.builds(lambda f, v: {"field": f, "filled": v}, NAMES, st.booleans()),
    st.builds(lambda f, v: {"field": f, "at_least": v}, NAMES, st.integers(-3, 3)),
)
CONDITIONS = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=6,
)
VALUES = st.dictionaries(NAMES, st.one_of(st.none(), SCALARS, st.lists(SCALARS, max_size=3)))


@given(CONDITIONS)
def test_a_condition_survives_being_written_and_read(raw: dict[str, object]) -> None:
    assert to_json(parse_condition(to_json(parse_condition(raw)))) == to_json(parse_condition(raw))


@given(CONDITIONS, VALUES)
def test_not_turns_any_condition_round(raw: dict[str, object], values: dict[str, object]) -> None:
    assert holds(parse_condition({"not": raw}), values) is not holds(parse_condition(raw), values)


@given(CONDITIONS, VALUES)
def test_only_named_fields_matter(raw: dict[str, object], values: dict[str, object]) -> None:
    condition = parse_condition(raw)
    named = set(fields_named(condition))
    assert holds(condition, values) is holds(
        condition, {key: value for key, value in values.items() if key in named}
    )


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        ("always", "mapping"),
        ({}, "mapping"),
        ({"field": "a"}, "comparison"),
        ({"field": "a", "equals": 1}, "comparison"),
        ({"field": "a", "is": 1, "filled": True}, "comparison"),
        ({"all": []}, "list of conditions"),
        ({"any": {"field": "a", "is": 1}}, "list of conditions"),
        ({"field": "a", "filled": "yes"}, "true or false"),
        ({"field": "a", "in": "b"}, "needs a list"),
        ({"field": "a", "at_least": [1]}, "needs a number"),
        ({"not": {"all": [{"field": "a"}]}}, "comparison"),
    ],
)
def test_what_is_no_condition_is_refused(raw: object, complaint: str) -> None:
    with pytest.raises(ConditionError, match=complaint):
        parse_condition(raw)
