"""The simulator in the suite: thousands of histories clean, every known mistake caught (I19 too).

`make simulate N=100000` runs more; seeds that once failed are kept in `seeds_that_failed.txt`.
"""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest

from tests.simulation.broken import BROKEN
from tests.simulation.events import EVENTS
from tests.simulation.invariants import INVARIANTS, Invariant, listed
from tests.simulation.judge import Violation
from tests.simulation.oracle import Oracle
from tests.simulation.runs import Plan, run_seeds, seeds_that_failed
from tests.simulation.world import World

ROOT = Path(__file__).parents[2]
SEEDS = 5000
REAL_SEEDS = 100
#: Ends of operations that have to be met.
PARKED = {f"parked {reason}" for reason in (
    "malformed", "server_owned", "invalid", "no_permission", "activity_reuse", "appeal",
    "after_parked", "wrong_scope", "area_choice", "revoked", "bug", "unknown_kind",
)}  # fmt: skip
#: Within so many a known mistake must be caught.
CAUGHT_WITHIN = 300


def test_histories_are_clean() -> None:
    tally = run_seeds(Plan(), 1, SEEDS, os.cpu_count() or 1)
    assert tally.failure is None
    assert tally.seeds == SEEDS
    # nor is it clean because nothing happened, or nobody looked
    assert {event for event in EVENTS if not tally.counts[event]} == set()
    ended = {f"outcome {name}" for name in ("applied", "merged", "conflict", "parked")}
    assert {each for each in ended | PARKED if not tally.counts[each]} == set()
    looked = {check.split()[0] for check in tally.checks}
    assert {each.name for each in INVARIANTS if _is_judged_alone(each)} <= looked


def _is_judged_alone(invariant: Invariant) -> bool:
    """By the judges; others follow from what the world itself does, such as I18."""
    names = [getattr(judge, "__name__", "") for judge in invariant.judged_by]
    return bool(names) and all(hasattr(Oracle, name) for name in names)


def test_histories_over_the_real_server_are_clean() -> None:
    """In processes of their own: the world hooks into the code that it runs."""
    tally = run_seeds(Plan("real"), 1, REAL_SEEDS, os.cpu_count() or 1)
    assert tally.failure is None
    assert tally.seeds == REAL_SEEDS


@pytest.mark.parametrize("seed", seeds_that_failed("model"))
def test_seeds_that_once_failed(seed: int) -> None:
    World(seed).run()


@pytest.mark.parametrize("seed", seeds_that_failed("real"))
def test_seeds_that_once_failed_over_the_real_server(seed: int) -> None:
    assert run_seeds(Plan("real"), seed, 1).failure is None


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_known_mistake_is_caught(name: str) -> None:
    for seed in itertools.count(1):
        assert seed <= CAUGHT_WITHIN, f"{name} was not caught within {CAUGHT_WITHIN} seeds"
        try:
            World(seed, **BROKEN[name]).run()
        except Violation:
            return


def test_the_same_seed_gives_the_same_trace() -> None:
    def trace(seed: int) -> str:
        world = World(seed)
        world.run()
        return world.trace_hash()

    assert [trace(seed) for seed in range(1, 6)] == [trace(seed) for seed in range(1, 6)]
    assert trace(1) != trace(2)


def test_every_invariant_is_judged_somewhere() -> None:
    assert [each.name for each in INVARIANTS] == [f"I{number}" for number in range(1, 20)]
    for each in INVARIANTS:
        assert each.judged_by or each.also, each.name
        assert all((ROOT / place).exists() for place in each.also), each.also
        assert each.name in listed()
