"""The field app's own reducer lives through the simulated world, beside the replica in Python."""

from __future__ import annotations

import pytest

from tests.simulation.runs import Plan, run_seeds

SEEDS = 25
#: Histories in which these phones did something wrong once.
FAILED = (1785, 5295)


def test_the_field_apps_phones_keep_every_invariant() -> None:
    tally = run_seeds(Plan(phones="typescript"), 1, SEEDS)
    assert tally.failure is None, tally.failure
    assert tally.seeds == SEEDS
    assert tally.checks["I3 nothing saved is lost"] > SEEDS


@pytest.mark.parametrize("seed", FAILED)
def test_what_failed_once_stays_mended(seed: int) -> None:
    tally = run_seeds(Plan(phones="typescript"), seed, 1)
    assert tally.failure is None, tally.failure
