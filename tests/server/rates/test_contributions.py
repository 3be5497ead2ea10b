"""Contributions on each side of 1 July 2026, held to the figures that the offices publish."""

from __future__ import annotations

from datetime import date

import pytest

from server.rates import contributions
from server.rates.contributions import OutOfRangeError, Sex
from server.rates.figures import NoFigureError

BEFORE, AFTER = date(2026, 6, 30), date(2026, 7, 1)


@pytest.mark.parametrize(
    ("person", "before", "after"),
    [
        (1, 1_263_600, 1_366_200),
        (2, 884_520, 956_340),
        (3, 758_160, 819_720),
        (4, 631_800, 683_100),
        (5, 505_440, 546_480),
        (9, 505_440, 546_480),
    ],
)
def test_household_health_insurance(person: int, before: int, after: int) -> None:
    assert contributions.household_hi_year(person, BEFORE) == before
    assert contributions.household_hi_year(person, AFTER) == after


@pytest.mark.parametrize(
    ("group", "before", "after"), [("near_poor", 379_080, 409_860), ("student", 631_800, 683_100)]
)
def test_whom_the_state_helps(group: str, before: int, after: int) -> None:
    assert contributions.supported_hi_year(group, BEFORE) == before
    assert contributions.supported_hi_year(group, AFTER) == after


@pytest.mark.parametrize("day", [BEFORE, AFTER])
@pytest.mark.parametrize(
    ("group", "state"),
    [("poor", 165_000), ("near_poor", 132_000), ("ethnic_minority", 99_000), ("other", 66_000)],
)
def test_voluntary_social_insurance(group: str, state: int, day: date) -> None:
    lowest = contributions.voluntary_si(1_500_000, group, day)
    assert (lowest.whole, lowest.state, lowest.own) == (330_000, state, 330_000 - state)
    higher = contributions.voluntary_si(3_000_000, group, day)
    assert (higher.whole, higher.state) == (660_000, state)


@pytest.mark.parametrize(
    ("sex", "years", "share"),
    [("women", 15, 45), ("women", 20, 55), ("women", 30, 75), ("women", 40, 75),
     ("men", 15, 40), ("men", 20, 45), ("men", 35, 75), ("men", 45, 75)],
)  # fmt: skip
def test_pension(sex: Sex, years: int, share: int) -> None:
    assert contributions.pension_share(sex, years, AFTER) == share


def test_what_cannot_be_worked_out() -> None:
    with pytest.raises(OutOfRangeError):
        contributions.voluntary_si(1_499_999, "other", AFTER)
    with pytest.raises(OutOfRangeError):
        contributions.voluntary_si(1_500_000, "nobody", AFTER)
    with pytest.raises(OutOfRangeError):
        contributions.household_hi_year(0, AFTER)
    with pytest.raises(OutOfRangeError):
        contributions.supported_hi_year("nobody", AFTER)
    with pytest.raises(OutOfRangeError):
        contributions.pension_share("men", 14, AFTER)
    with pytest.raises(NoFigureError):
        contributions.household_hi_year(1, date(2025, 6, 30))


def test_halves_are_rounded_up() -> None:
    assert contributions.share_of(1, 50) == 1
    assert contributions.share_of(333, 4.5) == 15
