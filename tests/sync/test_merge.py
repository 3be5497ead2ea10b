"""The table of PROTOCOL.md 5 by vectors, and the laws of merging (I13) by Hypothesis."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.fields import MergePolicy
from sync.merge import merge_fields, merge_set
from tests.sync import vectors

GROUPS = (("lat", "lon"), ("start", "end"))
POLICY = MergePolicy(GROUPS, {}, frozenset())
NAMES = ("lat", "lon", "start", "end", "title", "note")
VALUES = st.none() | st.integers(0, 2) | st.sampled_from(["x", "y"])
STATES = st.dictionaries(st.sampled_from(NAMES), VALUES)
ELEMENTS = st.builds(lambda id, x: {"id": id, "x": x}, st.sampled_from("abcd"), st.integers(0, 1))
SETS = st.lists(ELEMENTS, max_size=4).map(lambda found: {e["id"]: e for e in found})


def whole(state: dict[str, Any]) -> dict[str, Any]:
    """Every field named, so that a patch speaks of all of them."""
    return {name: state.get(name) for name in NAMES}


def bare(state: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in state.items() if value is not None}


@pytest.mark.parametrize("case", vectors.cases("merge.json"))
def test_vector(case: Any) -> None:
    declared = vectors.load("merge.json")["policy"]["groups"]
    policy = MergePolicy(tuple(map(tuple, declared)), {}, frozenset())
    merged = merge_fields(policy, case["current"], case["was"], case["mine"])
    assert merged.fields == case["result"]
    assert [
        {"group": list(c.group), "current": c.current, "mine": c.mine, "was": c.was}
        for c in merged.conflicts
    ] == case["conflicts"]


@given(STATES, STATES)
def test_who_changed_nothing_changes_nothing(base: dict[str, Any], theirs: dict[str, Any]) -> None:
    merged = merge_fields(POLICY, theirs, whole(base), whole(base))
    assert merged.fields == bare(theirs)
    assert not merged.conflicts


@given(STATES, STATES)
def test_both_alike_is_no_conflict(base: dict[str, Any], mine: dict[str, Any]) -> None:
    merged = merge_fields(POLICY, mine, whole(base), whole(mine))
    assert merged.fields == bare(mine)
    assert not merged.conflicts


@given(STATES, STATES)
def test_alone_i_get_what_i_want(base: dict[str, Any], mine: dict[str, Any]) -> None:
    merged = merge_fields(POLICY, base, whole(base), whole(mine))
    assert merged.fields == bare(mine)
    assert not merged.conflicts


@given(STATES, STATES, st.sets(st.sampled_from([*GROUPS, ("title",), ("note",)])))
def test_disjoint_groups_commute(
    base: dict[str, Any], wanted: dict[str, Any], ours: set[tuple[str, ...]]
) -> None:
    mine = {n: wanted.get(n) for n in NAMES if any(n in group for group in ours)}
    theirs = {n: wanted.get(n) for n in NAMES if n not in mine}
    was = whole(base)

    def in_order(*patches: dict[str, Any]) -> dict[str, Any]:
        state: dict[str, Any] = bare(base)
        for patch in patches:
            merged = merge_fields(POLICY, state, {n: was[n] for n in patch}, patch)
            assert not merged.conflicts
            state = merged.fields
        return state

    assert in_order(mine, theirs) == in_order(theirs, mine) == bare(wanted)


@given(STATES, STATES, STATES)
def test_each_group_is_one_sides_and_nothing_is_lost(
    base: dict[str, Any], theirs: dict[str, Any], mine: dict[str, Any]
) -> None:
    merged = merge_fields(POLICY, theirs, whole(base), whole(mine))
    for group in (*GROUPS, ("title",), ("note",)):
        sides = [{n: side.get(n) for n in group} for side in (merged.fields, theirs, mine, base)]
        result, current, wanted, before = sides
        kept = [c.mine for c in merged.conflicts if c.group == group]
        assert result in (current, wanted)
        assert result == wanted or wanted == before or kept == [wanted]
    again = merge_fields(POLICY, merged.fields, whole(base), whole(mine))
    assert again.fields == merged.fields


@pytest.mark.parametrize("case", vectors.cases("merge_sets.json"))
def test_set_vector(case: Any) -> None:
    key = vectors.load("merge_sets.json")["key"]
    merged = merge_set(key, case["current"], case["add"], case["remove"], case["was"])
    assert merged.elements == case["result"]
    assert [
        {"id": c.id, "current": c.current, "mine": c.mine, "was": c.was} for c in merged.conflicts
    ] == case["conflicts"]


def patch(base: dict[str, Any], mine: dict[str, Any]) -> tuple[list[Any], list[str]]:
    add = [element for id, element in mine.items() if base.get(id) != element]
    return add, [id for id in base if id not in mine]


@given(SETS, SETS)
def test_set_laws_of_one_side(base: dict[str, Any], other: dict[str, Any]) -> None:
    unchanged = merge_set("id", other, *patch(base, base), base)
    assert (unchanged.elements, unchanged.conflicts) == (other, ())
    alike = merge_set("id", other, *patch(base, other), base)
    assert (alike.elements, alike.conflicts) == (other, ())
    alone = merge_set("id", base, *patch(base, other), base)
    assert (alone.elements, alone.conflicts) == (other, ())


@given(SETS, SETS, SETS)
def test_set_keeps_both_or_says_so(
    base: dict[str, Any], theirs: dict[str, Any], mine: dict[str, Any]
) -> None:
    merged = merge_set("id", theirs, *patch(base, mine), base)
    told = {conflict.id for conflict in merged.conflicts}
    for id in "abcd":
        sides = [side.get(id) for side in (merged.elements, theirs, mine, base)]
        result, current, wanted, before = sides
        if id in told:
            assert result == current
        else:
            assert result == (current if wanted == before else wanted)
