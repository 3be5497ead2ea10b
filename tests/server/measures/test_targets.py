"""The seven targets, each counted as the annex words it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from server.http.actor import SYSTEM
from server.measures.queries import progress
from tests.factories.measures import BA_DINH, CUA_NAM, HONG_GAI, Field

HANOI = "p-01-2025"


def target(session: Session, plan: str, id: str, unit: str = HANOI, **asked: Any) -> dict[str, Any]:
    rows = progress(session, SYSTEM, plan, unit, **asked)["rows"]
    found = {each["id"]: each for row in rows for each in row["targets"]}
    return dict(found[id])


def three(shown: dict[str, Any]) -> tuple[float, float, float]:
    return shown["done"], shown["sent"], shown["approved"]


def test_conferences_in_enterprises(session: Session, plan: str, field: Field) -> None:
    at_work = {"kind": "conference", "venue_type": "enterprise", "audiences": ["workers"],
               "enterprise_name": "Công ty Thử"}  # fmt: skip
    field.record("2026-03-02", **at_work)
    field.record("2026-03-03", CUA_NAM, status="submitted", **at_work)
    field.record("2026-03-04", HONG_GAI, **at_work)
    shown = target(session, plan, "I.1.2-T1")
    assert three(shown) == (2, 2, 1)
    assert (shown["min"], shown["max"], shown["required"]) == (10, 12, 10)
    nation = target(session, plan, "I.1.2-T1", "vn")
    assert (three(nation), nation["required"]) == ((3, 3, 2), 340)
    assert target(session, plan, "I.1.2-T1", BA_DINH)["required"] is None
    assert target(session, plan, "I.1.2-T1", period="2026-03")["required"] is None


def test_share_counts_communes_not_conferences(session: Session, plan: str, field: Field) -> None:
    for day, commune in (("2026-03-02", BA_DINH), ("2026-03-09", BA_DINH), ("2026-04-01", CUA_NAM)):
        field.record(day, commune, kind="conference", audiences=["farmers"])
    shown = target(session, plan, "I.1.2-T2")
    assert shown["communes"] == {"total": 126, "on": "2026-12-31", "done": 2, "sent": 2,
                                 "approved": 2}  # fmt: skip
    assert (shown["unit"], three(shown), shown["required"]) == ("%", (1.6, 1.6, 1.6), 15)
    assert target(session, plan, "I.1.2-T2", period="2026-Q1")["communes"]["done"] == 1


def test_the_denominator_is_the_list_of_the_last_day(session: Session, plan: str) -> None:
    before = target(session, "bhxh-vn-2025-annex-ii", "I.1.2-T2", "p-01-old", period="2025-Q2")
    after = target(session, "bhxh-vn-2025-annex-ii", "I.1.2-T2", HANOI, period="2025-Q3")
    assert (before["communes"]["on"], after["communes"]["on"]) == ("2025-06-30", "2025-09-30")
    assert before["communes"]["total"] > after["communes"]["total"] == 126


def test_per_mass_organisation(session: Session, plan: str, field: Field) -> None:
    for day, union in (("2026-02-01", "womens_union"), ("2026-02-02", "womens_union"),
                       ("2026-02-03", "farmers_union")):  # fmt: skip
        field.record(day, kind="conference", audiences=["collaborators"], mass_organisation=union)
    shown = target(session, plan, "I.1.2-T3")
    assert {group["key"]: group["approved"] for group in shown["groups"]} == {
        "farmers_union": 1, "womens_union": 2,
    }  # fmt: skip
    assert (three(shown), shown["required"]) == ((3, 3, 3), None)


def test_two_broadcasts_a_week_and_commune(session: Session, plan: str, field: Field) -> None:
    for day in ("2026-11-09", "2026-11-11", "2026-11-12", "2026-11-17"):
        field.record(day)
    field.record("2026-11-18", status="submitted")
    field.record("2026-11-19", CUA_NAM, topics=["bhyt_hssv"])
    shown = target(session, plan, "I.4-T1", today=date(2026, 11, 20))
    assert three(shown) == (5, 5, 4), "plain counts; another topic is none of these"
    assert shown["cells"] == {"place": "commune", "total": 126 * 53, "due": 126 * 47,
                              "done": 2, "sent": 2, "approved": 1}  # fmt: skip
    assert shown["required"] == 126 * 53 * 2
    week = target(session, plan, "I.4-T1", BA_DINH, period="2026-W47")
    assert (three(week), week["required"]) == ((2, 2, 1), 2)
    assert (week["cells"]["total"], week["cells"]["sent"], week["cells"]["approved"]) == (1, 1, 0)


def test_a_week_across_new_year_belongs_to_its_thursday(
    session: Session, plan: str, field: Field
) -> None:
    for day in ("2025-12-30", "2026-01-02"):
        field.record(day, law_as_of_date="2025-07-01")
    assert target(session, plan, "I.4-T1", BA_DINH)["cells"]["approved"] == 1


@pytest.mark.parametrize(("unit", "required"), [("vn", 7), (HANOI, 7), (BA_DINH, None)])
def test_peaks(session: Session, plan: str, field: Field, unit: str, required: int | None) -> None:
    for day, peak in (("2026-02-10", "P02"), ("2026-02-11", "P02"), ("2026-05-05", "P05")):
        field.record(day, kind="themed_peak", peak=peak)
    shown = target(session, plan, "II.1-T1", unit)
    assert (three(shown), shown["required"]) == ((2, 2, 2), required)


def test_waves_are_of_each_province(session: Session, plan: str, field: Field) -> None:
    field.record("2026-05-10", kind="roadshow_booth", wave="W05")
    field.record("2026-05-11", CUA_NAM, kind="campaign_wave", wave="W05")
    field.record("2026-07-01", kind="campaign_wave", wave="W07")
    field.record("2026-05-10", HONG_GAI, kind="roadshow_booth", wave="W05")
    assert three(target(session, plan, "II.2-T1")) == (2, 2, 2)
    nation = target(session, plan, "II.2-T1", "vn")
    assert (three(nation), nation["required"]) == ((3, 3, 3), 3 * 34)
    assert {group["key"] for group in nation["groups"]} == {"W05", "W07"}


def test_training_is_the_nation_s(session: Session, plan: str, field: Field) -> None:
    for cluster in ("cluster_1", "cluster_2", "cluster_2"):
        field.record("2026-04-20", kind="conference", conference_form="sector_training",
                     training_cluster=cluster, audiences=["communication_staff"])  # fmt: skip
    nation = target(session, plan, "I.1.1-T1", "vn")
    assert (three(nation), nation["required"], nation["period"]) == ((2, 2, 2), 3, "2026-Q2")
    assert target(session, plan, "I.1.1-T1")["required"] is None
