"""The simulator in the suite: some hundred histories clean, every known mistake caught (I19 too).

`make simulate N=2000` runs more; seeds that once failed are kept in `SEEDS_THAT_FAILED`.
"""

from __future__ import annotations

import itertools

import pytest

from tests.simulation.broken import BROKEN
from tests.simulation.oracle import Violation
from tests.simulation.world import World

SEEDS = 300
#: What they found stands in the commits that name the simulator: a change that left the view
#: before its row came, keeping too briefly, a predecessor on another activity.
SEEDS_THAT_FAILED = (22, 242, 605, 714, 924, 1136, 2126, 3966, 5442)


@pytest.mark.parametrize("first", range(1, SEEDS + 1, 50))
def test_histories_are_clean(first: int) -> None:
    for seed in range(first, first + 50):
        World(seed).run()


@pytest.mark.parametrize("seed", SEEDS_THAT_FAILED)
def test_seeds_that_once_failed(seed: int) -> None:
    World(seed).run()


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_known_mistake_is_caught(name: str) -> None:
    server, replica = BROKEN[name]
    for seed in itertools.count(1):
        assert seed <= SEEDS, f"{name} was not caught within {SEEDS} seeds"
        try:
            World(seed, server, replica).run()
        except Violation:
            return


def test_the_same_seed_gives_the_same_trace() -> None:
    def trace(seed: int) -> str:
        world = World(seed)
        world.run()
        return world.trace_hash()

    assert [trace(seed) for seed in range(1, 6)] == [trace(seed) for seed in range(1, 6)]
    assert trace(1) != trace(2)
