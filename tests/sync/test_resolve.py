"""Deciding on conflicts: every row by vectors, what holds always by Hypothesis, broken rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import resolve
from sync.conflict import Conflict, Resolution, Standing
from sync.reconcile import Context, Reconciled, reconcile
from sync.record import Record
from tests.simulation.rules import POLICY, validate
from tests.sync import vectors
from tests.sync.vectors import SCOPE, id_of, operation

FILE = "merge_resolutions.json"
DEFAULTS = vectors.load(FILE)["defaults"]
CASES: list[dict[str, Any]] = vectors.load(FILE)["cases"]
ASKED = id_of(7)


def decide(case: dict[str, Any]) -> tuple[Record, Reconciled]:
    told = {**DEFAULTS, **case}
    before = Record(
        id_of(99), SCOPE, "broadcast", 1, "an", **{**DEFAULTS["record"], **case.get("record", {})}
    )
    wire = {**DEFAULTS["conflict"], **case.get("conflict", {}), "operation": ASKED}
    first = told["first"] and Resolution(id_of(8), **told["first"])
    sent = operation(
        1, type="resolve", base=told["base"], set=told["set"], was=told["was"],
        resolve={"conflict": ASKED, "choice": told["choice"]},
    )  # fmt: skip
    context = Context(
        author=told["by"],
        may_write=not told["reviews"],
        validate=validate,
        may_review=told["reviews"],
        standing=Standing(Conflict.from_wire(wire), told["owner"], first),
    )
    return before, reconcile(before, sent, POLICY, context)


def check(case: dict[str, Any]) -> None:
    _, done = decide(case)
    told = (done.outcome.name, done.outcome.reason, done.outcome.version)
    assert told == (case["outcome"], case.get("reason"), case["version"])
    assert [conflict.kind for conflict in done.conflicts] == case.get("opened", [])
    assert done.outcome.conflicts == done.conflicts
    assert (done.resolution is not None) == case["ended"]
    assert done.record is not None
    assert (done.record.status, done.record.fields) == (case["status"], case["fields"])
    was_approved = case.get("record", {}).get("approved_version")
    assert done.record.approved_version == case.get("approved_version", was_approved)
    if "sets" in case:
        assert done.record.sets == case["sets"]


def check_all() -> None:
    for case in CASES:
        check(case)


@pytest.mark.parametrize("case", vectors.cases(FILE))
def test_vector(case: Any) -> None:
    check(case)


def test_an_answer_that_ends_says_how() -> None:
    _, done = decide({"choice": "values", "set": {"title": "c"}, "was": {"title": "a"}})
    assert done.resolution == Resolution(id_of(1), "values", {"title": "c"})
    assert done.resolution is not None
    assert Resolution.from_wire(done.resolution.to_wire()) == done.resolution


def test_the_second_answer_is_kept_with_all_three_values() -> None:
    _, done = decide({
        "record": {"fields": {"title": "b"}}, "first": {"choice": "proposed"}, "choice": "current",
    })  # fmt: skip
    assert [value.to_wire() for value in done.conflicts[0].values] == [
        {"field": "title", "current": "b", "mine": "a", "was": "a"}
    ]


def test_photos_that_were_taken_are_offered_back_by_who_would_have_kept_them_out() -> None:
    mine = {"add": [{"sha256": "f1"}], "remove": ["f0"]}
    _, done = decide({
        "record": {"sets": {"evidence": {"f1": {"sha256": "f1"}}}},
        "conflict": {"values": [
            {"field": "evidence", "current": [{"sha256": "f0"}], "mine": mine, "was": None}
        ]},
        "first": {"choice": "proposed"}, "choice": "current",
    })  # fmt: skip
    assert done.conflicts[0].values[0].mine == {"add": [{"sha256": "f0"}], "remove": ["f1"]}


def value_of(field: str, current: Any, mine: Any) -> dict[str, Any]:
    return {"field": field, "current": current, "mine": mine, "was": None}


def field_of(value: Any) -> str:
    return str(value["field"])


VALUE = st.one_of(st.none(), st.integers(-5, 105))
FIELDS = st.sampled_from(["count", "limit", "note", "mood"])
STATUS = st.sampled_from(["draft", "submitted", "returned", "approved", "rejected", "withdrawn"])
QUESTIONS = st.fixed_dictionaries(
    {
        "record": st.fixed_dictionaries(
            {
                "status": STATUS,
                "fields": st.dictionaries(
                    st.sampled_from(["count", "limit", "note"]), st.integers(0, 100)
                ).map(lambda fields: {"title": "a", **fields}),
            }
        ),
        "conflict": st.fixed_dictionaries(
            {
                "kind": st.sampled_from(["fields", "amendment", "withdrawal", "invalid"]),
                "type": st.sampled_from(["edit", "submit", "withdraw"]),
                "values": st.lists(
                    st.builds(
                        value_of, FIELDS, VALUE, VALUE
                    ),
                    max_size=3, unique_by=field_of,
                ),
            }
        ),
        "choice": st.sampled_from(["current", "proposed", "values"]),
        "typed": st.dictionaries(FIELDS, VALUE, max_size=2),
        "was": st.dictionaries(FIELDS, VALUE, max_size=2),
        "base": st.integers(3, 4),
        "owner": st.sampled_from(["an", "binh", "lan"]),
        "by": st.sampled_from(["an", "binh", "lan"]),
        "reviews": st.booleans(),
        "first": st.one_of(
            st.none(), st.sampled_from([{"choice": "current"}, {"choice": "proposed"}])
        ),
    }
)  # fmt: skip


@given(QUESTIONS)
def test_what_holds_always(case: dict[str, Any]) -> None:
    if case["conflict"]["type"] == "withdraw":
        case["conflict"]["values"] = []
    case["set"] = case["typed"] if case["choice"] == "values" else {}
    before, done = decide(case)
    after = done.record
    assert after is not None
    if validate(before.fields, {}, "submitted"):
        return
    strictness = "submitted" if after.status in ("submitted", "approved") else "draft"
    assert not validate(after.fields, {}, strictness), "valid, or not in"
    assert after.version == before.version + (after is not before)
    _only_who_may(case, done)
    _approved_only_moves_with_its_version(before, after)
    if done.outcome.name in ("parked", "retry"):
        assert (after is before, done.resolution) == (True, None)
    elif case["first"] is not None:
        assert (after is before, done.resolution) == (True, None), "the first answer stands"
    else:
        assert done.resolution is not None, "asked once, answered once"
        _nothing_wanted_is_lost(case, done)


def _only_who_may(case: dict[str, Any], done: Reconciled) -> None:
    reviewer = case["reviews"] and case["by"] not in ("an", case["owner"])
    own = case["by"] == case["owner"] == "an" and case["record"]["status"] != "approved"
    if not reviewer and (not own or case["reviews"]):
        assert (done.outcome.name, done.outcome.reason) == ("parked", "no_permission")


def _approved_only_moves_with_its_version(before: Record, after: Record) -> None:
    if before.status == "approved" and after is not before:
        if after.status == "approved":
            assert after.approved_version == after.version
        else:
            assert (after.status, after.fields) == ("withdrawn", before.fields)


def _nothing_wanted_is_lost(case: dict[str, Any], done: Reconciled) -> None:
    """What was chosen is in the record, or kept beside it."""
    assert done.record is not None
    if case["choice"] == "current" or case["conflict"]["type"] == "withdraw":
        return
    now = {**done.record.fields, **done.record.extra}
    kept = {value.field: value.mine for c in done.conflicts for value in c.values}
    wanted = case["set"]
    if case["choice"] == "proposed":
        wanted = {value["field"]: value["mine"] for value in case["conflict"]["values"]}
    shown = {value["field"]: value["current"] for value in case["conflict"]["values"]}
    shown |= case["was"]
    for name, value in wanted.items():
        if shown.get(name) != value:
            assert now.get(name) == value or kept.get(name) == value


def _anybody(*_: Any) -> bool:
    return True


def _as_an_edit_of_an_open_one(meeting: Any, conflict: Any, status: str) -> Reconciled:
    done: Reconciled = RIGHT_PUT(meeting, conflict, status)
    if done.record is meeting.record or done.record is None:
        return done
    return replace(done, record=replace(done.record, approved_version=None))


def _silently(meeting: Any, *_: Any) -> Reconciled:
    unchanged: Reconciled = meeting.unchanged()
    return unchanged


def _whatever_was_shown(operation: Any, *_: Any) -> dict[str, Any]:
    return {}


RIGHT_PUT: Any = resolve._put
BROKEN = {
    "_may_decide": _anybody,
    "_put": _as_an_edit_of_an_open_one,
    "_answer_again": _silently,
    "_keep": _silently,
    "_unfit": lambda *_: [],
    "_shown": _whatever_was_shown,
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_noticed(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The vectors hold each rule: without it one of them fails."""
    monkeypatch.setattr(resolve, rule, BROKEN[rule])
    with pytest.raises((AssertionError, KeyError)):
        check_all()
