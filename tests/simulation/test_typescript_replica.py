"""The field app's own reducer lives through the simulated world, beside the replica in Python."""

from __future__ import annotations

from tests.simulation.runs import Plan, run_seeds

SEEDS = 25


def test_the_field_apps_phones_keep_every_invariant() -> None:
    tally = run_seeds(Plan(phones="typescript"), 1, SEEDS)
    assert tally.failure is None, tally.failure
    assert tally.seeds == SEEDS
    assert tally.checks["I3 nothing saved is lost"] > SEEDS
