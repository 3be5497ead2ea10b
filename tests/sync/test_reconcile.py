"""Every row of what an operation does to a record, by vectors; and what holds for all of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.outcome import Applied, Merged
from sync.reconcile import Context, Reconciled, reconcile
from sync.record import Record
from tests.simulation.rules import POLICY, validate
from tests.sync import vectors
from tests.sync.vectors import SCOPE, id_of, operation

DEFAULTS = vectors.load("merge_outcomes.json")["defaults"]


def context(**members: Any) -> Context:
    return Context(**{"author": "an", "may_write": True, "validate": validate, **members})


def record(**members: Any) -> Record:
    values = {**DEFAULTS["record"], **members}
    return Record(id_of(99), SCOPE, "broadcast", 1, "an", **values)


def edit(base: int | None = 4, number: int = 1, **members: Any) -> Any:
    return operation(number, **{**DEFAULTS["operation"], "base": base, **members})


@pytest.mark.parametrize("case", vectors.cases("merge_outcomes.json"))
def test_vector(case: Any) -> None:
    before = None if case["record"] is None else record(**case["record"])
    sent = operation(1, **{**DEFAULTS["operation"], **case["operation"]})
    done = reconcile(before, sent, POLICY, context())
    told = (done.outcome.name, done.outcome.reason, done.outcome.version)
    assert told == (case["outcome"], case.get("reason"), case["version"])
    assert [conflict.kind for conflict in done.conflicts] == case.get("conflicts", [])
    assert done.outcome.conflicts == done.conflicts
    if "status" in case:
        assert done.record is not None
        assert (done.record.status, done.record.fields) == (case["status"], case["fields"])
        assert done.record.extra == case.get("extra", {})
        assert done.record.version == case["version"]


def test_without_permission_nothing_is_told() -> None:
    done = reconcile(record(), edit(set={"count": 4}), POLICY, context(may_write=False))
    assert (done.outcome.name, done.outcome.reason) == ("parked", "no_permission")
    assert done.outcome.version is None


def test_problems_come_with_the_verdict() -> None:
    done = reconcile(record(), edit(set={"count": 999}, was={"count": 3}), POLICY, context())
    assert done.outcome.problems[0]["field"] == "count"


def test_an_old_problem_elsewhere_does_not_stop_an_edit() -> None:
    """A rule became stricter after the record was written."""
    done = reconcile(
        record(fields={"title": "a", "count": 999}),
        edit(set={"note": "n"}, was={"note": None}), POLICY, context(),
    )  # fmt: skip
    assert done.outcome.name == "applied"


def test_both_values_are_kept() -> None:
    done = reconcile(record(), edit(3, set={"title": "b"}, was={"title": "z"}), POLICY, context())
    assert [value.to_wire() for value in done.conflicts[0].values] == [
        {"field": "title", "current": "a", "mine": "b", "was": "z"}
    ]


def test_a_chain_made_offline_is_no_merge() -> None:
    """The phone did not know the version that its first edit made, but knew the content."""
    first = reconcile(record(), edit(set={"count": 4}, was={"count": 3}), POLICY, context())
    assert isinstance(first.outcome, Applied)
    second = edit(number=2, set={"count": 5}, was={"count": 4}, after=id_of(1))
    alone = reconcile(first.record, second, POLICY, context())
    chained = reconcile(first.record, second, POLICY, context(predecessor=first.outcome))
    assert isinstance(alone.outcome, Merged)
    assert isinstance(chained.outcome, Applied)


def test_a_chain_ends_where_others_wrote_between() -> None:
    merged = Merged(version=6)
    done = reconcile(
        record(version=6), edit(number=2, type="withdraw", after=id_of(1)), POLICY,
        context(predecessor=merged),
    )  # fmt: skip
    assert done.outcome.name == "conflict"


def test_a_base_of_another_life_means_nothing() -> None:
    withdrawal = edit(type="withdraw", incarnation="before")
    done = reconcile(record(), withdrawal, POLICY, context(incarnation="now"))
    assert done.outcome.name == "conflict"


def test_an_approved_activity_offers_the_difference() -> None:
    approved = record(status="approved", approved_version=4)
    change = edit(
        set={"count": 4, "title": "a"}, was={"count": 3, "title": "a"},
        add={"evidence": [{"sha256": "f1"}]},
    )  # fmt: skip
    done = reconcile(approved, change, POLICY, context())
    assert done.record is approved
    assert [value.field for value in done.conflicts[0].values] == ["count", "evidence"]


VALUES = st.dictionaries(
    st.sampled_from(["title", "note", "count", "limit", "mood"]), st.integers(-5, 105)
)
STATUSES = st.sampled_from(["draft", "submitted", "returned", "approved", "rejected", "withdrawn"])
TYPES = st.sampled_from(["edit", "submit", "withdraw"])


@given(VALUES, VALUES, VALUES, STATUSES, TYPES, st.integers(3, 4))
def test_what_holds_always(
    there: dict[str, Any],
    was: dict[str, Any],
    mine: dict[str, Any],
    status: str,
    type: str,
    base: int,
) -> None:
    fields = {"title": "a", **there}
    extra = {"mood": fields.pop("mood")} if "mood" in fields else {}
    before = record(status=status, fields=fields, extra=extra)
    if validate(fields, {}, "submitted"):
        return
    changes: dict[str, Any] = {"set": mine, "was": was} if type != "withdraw" else {}
    done = reconcile(before, edit(base, type=type, **changes), POLICY, context())
    assert done.record is not None
    assert not validate(done.record.fields, {}, done.record.status), "valid or conflict"
    if status == "approved":
        assert done.record is before
    if done.outcome.name in ("parked", "retry"):
        assert done.record is before
    if done.record is not before:
        assert done.record.version == before.version + 1
    else:
        assert done.record.version == before.version
    _nothing_lost(done, mine if type != "withdraw" else {}, was)
    again = reconcile(before, edit(base, type=type, **changes), POLICY, context())
    assert again == done


def _nothing_lost(done: Reconciled, mine: dict[str, Any], was: dict[str, Any]) -> None:
    """Each value of mine is in the record, or in a conflict, or the operation is parked whole."""
    assert done.record is not None
    now = {**done.record.fields, **done.record.extra}
    kept = {value.field: value.mine for c in done.conflicts for value in c.values}
    for name, value in mine.items():
        if was.get(name) != value and done.outcome.name != "parked":
            assert now.get(name) == value or kept.get(name) == value
