"""Every figure says since when it holds and where it stands."""

from __future__ import annotations

from datetime import date

import pytest

from server.rates import figures


@pytest.mark.parametrize(
    "name", ["reference_level", "household_hi", "voluntary_si", "payment_ways", "pension"]
)
def test_a_figure_holds_from_its_day_on(name: str) -> None:
    first = figures.on(name, date(2025, 7, 1))
    assert first.since == date(2025, 7, 1)
    assert first.source
    with pytest.raises(figures.NoFigureError):
        figures.on(name, date(2025, 6, 30))


def test_the_reference_level_changes_on_the_first_of_july_2026() -> None:
    assert figures.on("reference_level", date(2026, 6, 30))["amount"] == 2_340_000
    assert figures.on("reference_level", date(2026, 7, 1))["amount"] == 2_530_000


def test_a_figure_that_ends_is_not_carried_on() -> None:
    assert figures.on("fund_return", date(2026, 12, 31))["rate"] == 0.31
    with pytest.raises(figures.NoFigureError):
        figures.on("fund_return", date(2027, 1, 1))


def test_figures_change_where_one_begins_or_ends() -> None:
    days = [date(2025, 12, 31), date(2026, 6, 30), date(2026, 12, 31), date(2027, 5, 1)]
    assert [figures.last_change(day) for day in days] == [
        date(2025, 7, 1), date(2026, 1, 1), date(2026, 7, 1), date(2027, 1, 1),
    ]  # fmt: skip
    assert figures.last_change(date(2025, 6, 30)) is None
