"""Several months at once: exact where the law is, an estimate by the fund's return elsewhere."""

from __future__ import annotations

from datetime import date

import pytest

from server.rates import contributions, ways
from server.rates.contributions import OutOfRangeError

IN_2025, IN_2026, IN_2027 = date(2025, 12, 31), date(2026, 11, 20), date(2027, 1, 1)


def test_short_ways_are_so_many_times_a_month() -> None:
    found = {way.months: way for way in ways.ahead(1_500_000, "other", IN_2026)}
    amounts = {months: (found[months].state, found[months].own) for months in (1, 3, 6, 12)}
    assert amounts == {1: (66_000, 264_000), 3: (198_000, 792_000), 6: (396_000, 1_584_000),
                       12: (792_000, 3_168_000)}  # fmt: skip
    assert not any(found[months].is_estimated for months in amounts)


def test_years_ahead_cost_less() -> None:
    found = {way.months: way for way in ways.ahead(1_500_000, "poor", IN_2026)}
    assert set(found) == {1, 3, 6, 12, 24, 36, 48, 60}
    for months in (24, 36, 48, 60):
        # a month's 330,000, the later the less: a sum of powers
        whole = 330_000 * (1 - 1.0031**-months) / (1 - 1 / 1.0031)
        assert found[months].whole == pytest.approx(whole, abs=1)
        assert found[months].whole < months * 330_000
        assert found[months].state == months * 165_000
        assert found[months].own == found[months].whole - months * 165_000
        assert found[months].is_estimated


def test_what_is_missing_costs_more() -> None:
    found = ways.missing(3_000_000, IN_2026)
    assert [way.months for way in found] == [12, 24, 36, 48, 60]
    for way in found:
        whole = 660_000 * 1.0031 * (1.0031**way.months - 1) / 0.0031
        assert (way.whole, way.state) == (pytest.approx(whole, abs=1), None)
        assert way.own == way.whole > way.months * 660_000
        assert way.is_estimated


@pytest.mark.parametrize("day", [IN_2025, IN_2027])
def test_without_the_funds_return_nothing_is_made_up(day: date) -> None:
    assert [way.months for way in ways.ahead(1_500_000, "other", day)] == [1, 3, 6, 12]
    assert ways.missing(1_500_000, day) == []


@pytest.mark.parametrize(
    ("day", "highest"), [(date(2026, 6, 30), 46_800_000), (date(2026, 7, 1), 50_600_000)]
)
def test_nobody_pays_on_more_than_twenty_reference_levels(day: date, highest: int) -> None:
    assert contributions.highest_base(day) == highest
    assert ways.ahead(highest, "other", day)[0].whole == highest * 22 // 100
    with pytest.raises(OutOfRangeError):
        ways.ahead(highest + 1, "other", day)
