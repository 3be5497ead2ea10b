"""A leaflet is outdated from the very day on which the law changes, not before."""

from __future__ import annotations

from datetime import date

import pytest

from server.leaflets import law


@pytest.mark.parametrize(
    ("law_date", "today", "missed"),
    [
        (date(2025, 6, 30), date(2025, 6, 30), None),
        (date(2025, 6, 30), date(2025, 7, 1), date(2025, 7, 1)),
        (date(2025, 7, 1), date(2026, 6, 30), None),
        (date(2025, 7, 1), date(2026, 7, 1), date(2026, 7, 1)),
        (date(2024, 1, 1), date(2026, 11, 20), date(2026, 7, 1)),
        (date(2026, 7, 1), date(2026, 11, 20), None),
    ],
)
def test_change_since(law_date: date, today: date, missed: date | None) -> None:
    change = law.change_since(law_date, today)
    assert (change.date if change else None) == missed
    assert law.is_outdated(law_date, today) is (missed is not None)


@pytest.mark.parametrize(
    ("law_date", "ends"),
    [
        (date(2024, 1, 1), date(2025, 7, 1)),
        (date(2025, 7, 1), date(2026, 7, 1)),
        (date(2026, 7, 1), None),
    ],
)
def test_the_day_is_known_before_it_comes(law_date: date, ends: date | None) -> None:
    assert law.outdated_from(law_date) == ends
    assert ends is None or law.is_outdated(law_date, ends)


def test_each_change_says_what_it_was_in_both_languages() -> None:
    assert all(change.vi and change.en for change in law.law_changes())
