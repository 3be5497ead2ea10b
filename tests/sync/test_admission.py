from __future__ import annotations

import pytest

from sync import admission
from sync.admission import Stored
from sync.outcome import Applied, Conflicted, Merged, Outcome, Parked, Retry
from tests.sync.vectors import id_of, operation


def test_the_first_time_nothing_is_recalled() -> None:
    assert admission.recall(operation(), None) is None


@pytest.mark.parametrize("outcome", [Applied(), Merged(), Conflicted(), Parked("invalid")])
def test_the_same_again_gets_the_stored_outcome(outcome: Outcome) -> None:
    sent = operation()
    assert admission.recall(sent, Stored(sent.hash, outcome)) is outcome


def test_another_content_under_the_same_id_is_told_so() -> None:
    stored = Stored(operation(set={"a": 1}).hash, Applied())
    assert admission.recall(operation(set={"a": 2}), stored) == Parked("id_reuse")


def test_the_first_of_a_chain_waits_for_nobody() -> None:
    assert admission.hold_back(operation(), None) is None


@pytest.mark.parametrize(
    ("before", "verdict"),
    [
        (None, Retry("after_unknown")), (Retry("bug"), Retry("after_unknown")),
        (Parked("invalid"), Parked("after_parked")), (Applied(), None), (Merged(), None),
        (Conflicted(), None),
    ],
)  # fmt: skip
def test_who_comes_after(before: Outcome | None, verdict: Outcome | None) -> None:
    assert admission.hold_back(operation(2, after=id_of(1)), before) == verdict


def test_a_predecessor_on_another_activity_says_nothing() -> None:
    sent = operation(2, after=id_of(1), base=3)
    foreign = Stored("x", Parked("invalid", version=7), id_of(5))
    before = admission.predecessor(sent, foreign)
    assert admission.hold_back(sent, before) is None
    assert admission.seen_version(sent, before, None) == 3


def test_who_stands_on_an_id_that_was_used_by_somebody_else_saw_nothing_of_theirs() -> None:
    """It withdrew, in a simulated history, what its author had never seen."""
    sent = operation(2, after=id_of(1), base=3)
    theirs = Stored("their hash", Applied(version=7), sent.activity)
    before = admission.predecessor(sent, theirs, "my hash")
    assert admission.hold_back(sent, before) is None
    assert admission.seen_version(sent, before, None) == 3
    same = admission.predecessor(sent, theirs, "their hash")
    assert admission.seen_version(sent, same, None) == 7


def test_waiting_ends_as_parked() -> None:
    assert admission.give_up(Retry("unknown_kind")) == Parked("unknown_kind")


def test_a_number_used_twice_is_a_fork() -> None:
    assert not admission.is_fork(operation(n=5), None)
    assert not admission.is_fork(operation(1, n=5), id_of(1))
    assert admission.is_fork(operation(1, n=5), id_of(2))
    assert not admission.is_fork(operation(1, n=None), id_of(2))


@pytest.mark.parametrize(
    ("base", "before", "seen"),
    [
        (4, None, 4), (4, Applied(version=5), 5), (7, Applied(version=5), 7),
        (None, Applied(version=1), 1), (4, Merged(version=6), 4), (4, Conflicted(version=6), 4),
        (4, Applied("already_so", version=6), 4),
    ],
)  # fmt: skip
def test_seen_version(base: int | None, before: Outcome | None, seen: int | None) -> None:
    assert admission.seen_version(operation(base=base), before, None) == seen


def test_a_base_of_another_life_was_not_seen() -> None:
    sent = operation(base=4, incarnation="before")
    assert admission.seen_version(sent, None, "now") is None
    assert admission.seen_version(sent, None, "before") == 4
