"""Grouped sums, and the weeks that days fall into, on both databases."""

from __future__ import annotations

from sqlalchemy import true
from sqlalchemy.orm import Session

from server.measures import tallies
from server.measures.definitions import Figure
from server.plans.periods import parse_period
from tests.factories.measures import BA_DINH, CUA_NAM, Field

CODE = "voluntary_si_broadcasts"
YEAR = parse_period("2026")


def test_each_status_counts_in_its_senses(session: Session, field: Field) -> None:
    for status in ("draft", "submitted", "approved", "returned", "rejected"):
        field.record("2026-11-18", status=status)
    assert tallies.sums_by_code(session, true(), YEAR, {"I.4"})["I.4"] == Figure(4, 2, 1)


def test_only_days_of_the_period(session: Session, field: Field) -> None:
    for day in ("2026-06-30", "2026-07-01", "2026-09-30", "2026-10-01"):
        field.record(day, law_as_of_date="2025-07-01")
    third = parse_period("2026-Q3")
    assert tallies.sums_by_code(session, true(), third, {"I.4"})["I.4"].approved == 2


def test_a_week_is_monday_to_sunday(session: Session, field: Field) -> None:
    # the Sunday before week 46, its Monday and its Sunday
    for day in ("2026-11-08", "2026-11-09", "2026-11-15"):
        field.record(day)
    weeks = parse_period("2026-10-26..2026-11-19").weeks
    assert [week.id for week in weeks][1:3] == ["2026-W45", "2026-W46"]
    found = tallies.week_figures(session, true(), CODE, weeks)
    assert found == {(BA_DINH, 1): Figure(1, 1, 1), (BA_DINH, 2): Figure(2, 2, 2)}


def test_cells_that_reach_the_minimum(session: Session, field: Field) -> None:
    for commune, status in ((BA_DINH, "approved"), (CUA_NAM, "submitted")):
        field.record("2026-11-10", commune, status="approved")
        field.record("2026-11-12", commune, status=status)
    weeks = YEAR.weeks
    per_commune = tallies.cells_reaching(session, true(), CODE, weeks, "commune", 2)
    assert per_commune == Figure(2, 2, 1)
    per_province = tallies.cells_reaching(session, true(), CODE, weeks, "province", 2)
    assert per_province == Figure(1, 1, 1)
    assert tallies.cells_reaching(session, true(), CODE, [], "commune", 2) == Figure()


def test_sums_by_group(session: Session, field: Field) -> None:
    for wave in ("W05", "W05", "W07"):
        field.record("2026-05-10", kind="roadshow_booth", wave=wave)
    found = tallies.sums_by_group(session, true(), YEAR, {"campaign_waves"})
    assert {(tally.group_key, tally.figure.done) for tally in found} == {("W05", 2), ("W07", 1)}
    assert {tally.province_code for tally in found} == {"01"}
