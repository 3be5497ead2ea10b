"""Stretches of days and ISO weeks."""

from __future__ import annotations

from datetime import date

import pytest

from server.plans.periods import Period, months, parse_period, week_of


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("2028-02", "2028-02-01", "2028-02-29"),
        ("2026-W47", "2026-11-16", "2026-11-22"),
        ("2026-W01", "2025-12-29", "2026-01-04"),
        ("2026-01-01..2026-11-15", "2026-01-01", "2026-11-15"),
    ],
)
def test_forms(text: str, first: str, last: str) -> None:
    period = parse_period(text)
    assert (period.id, period.first.isoformat(), period.last.isoformat()) == (text, first, last)


@pytest.mark.parametrize(
    "text",
    ["", "26", "2026-Q5", "2026-13", "2026-00", "2026-W54", "2025-W53", "2026-W00", "1999",
     "2026-1", "2026-11-15..2026-01-01", "2026-02-30..2026-03-01", "..", "2026-11-15",
     "0001-01-01..9999-12-31", "２０２６"],
)  # fmt: skip
def test_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_period(text)


def test_a_week_belongs_to_the_year_of_its_thursday() -> None:
    weeks = parse_period("2026").weeks
    assert (len(weeks), weeks[0].id, weeks[-1].id) == (53, "2026-W01", "2026-W53")
    assert weeks[0].monday == date(2025, 12, 29)
    assert weeks[-1].sunday == date(2027, 1, 3)
    assert parse_period("2027").weeks[0].id == "2027-W01"
    assert [week.id for week in parse_period("2026-W47").weeks] == ["2026-W47"]
    assert Period("", date(2026, 11, 20), date(2026, 11, 22)).weeks == []


def test_months_share_the_weeks_of_a_year_among_them() -> None:
    of_year = [week.id for week in parse_period("2026").weeks]
    of_months = [week.id for month in range(1, 13) for week in months(2026, month, month, "").weeks]
    assert of_months == of_year


def test_week_of_a_day() -> None:
    assert week_of(date(2027, 1, 1)).id == "2026-W53"
    assert week_of(date(2026, 11, 20)).monday == date(2026, 11, 16)


def test_covers() -> None:
    assert parse_period("2026").covers(parse_period("2026-Q2"))
    assert not parse_period("2026-Q2").covers(parse_period("2026"))
