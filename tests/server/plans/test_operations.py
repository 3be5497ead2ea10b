"""Bringing in plans, copying them, changing how they are read."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from server.change_feed.queries import documents_after
from server.http.actor import SYSTEM, Actor
from server.plans import operations, queries
from server.problems import ProblemError
from tests.factories.plans import PLAN_2025, PLAN_2026, load_plans, small_annex

COLLABORATOR = Actor("a", "Lò Thị Mai", "collaborator", "c-00004-2025")


def test_the_annex_is_shown_whole(session: Session, now: datetime) -> None:
    load_plans(session, now)
    plan = queries.plan(session, PLAN_2025)
    assert plan is not None
    assert (len(plan["rows"]), sum(len(row["targets"]) for row in plan["rows"])) == (21, 7)
    rows = {row["code"]: row for row in plan["rows"]}
    # a merged cell is filled in and still known as one
    assert rows["I.5.1.b"]["name"] == rows["I.5.1.a"]["name"]
    assert rows["I.5.1.b"]["inherited"] == {"name": "I.5.1.a", "timing": "I.5.1.a"}
    assert rows["II.1"]["lead_units"] == ["Trung tâm Truyền thông", "BHXH các cấp"]
    assert (rows["II.1"]["merge"], rows["I.3.2"]["merge"]) == ("likely", "certain")
    assert rows["I.4"]["unit"]["wording"] == "Lượt"
    assert rows["I.6"]["unit"]["wording"] is None, "blank in the annex"
    assert rows["I.4"]["targets"][0]["min"] == 2
    assert plan["readings"]["broadcast_scope"] == "commune"


def test_the_present_year_begins_with_a_copy(session: Session, now: datetime) -> None:
    load_plans(session, now)
    load_plans(session, now)
    current = queries.current_plan(session, date(2026, 11, 20))
    assert current is not None
    assert (current["id"], current["is_official"], current["copied_from"]) == (
        PLAN_2026, False, PLAN_2025,
    )  # fmt: skip
    assert "bản sao" in current["title"]
    assert len(queries.amendments(session, PLAN_2026)) == 1


def test_the_same_again_changes_nothing_and_other_content_is_a_version(
    session: Session, now: datetime
) -> None:
    for _ in range(2):
        operations.import_plan(session, SYSTEM, now, small_annex())
    assert [each["version"] for each in queries.amendments(session, "tinh-thu-2026")] == [1]
    later = now + timedelta(days=1)
    operations.import_plan(session, SYSTEM, later, small_annex(name="Phát thanh xã"))
    plan = queries.plan(session, "tinh-thu-2026")
    assert plan is not None
    assert (plan["version"], plan["rows"][0]["name"]) == (2, "Phát thanh xã")
    assert plan["changed_at"] == later.isoformat()


def test_phones_get_the_plan(session: Session, now: datetime) -> None:
    load_plans(session, now)
    found = {row.id: row for row in documents_after(session, "reference", 0, 500)}
    assert found[PLAN_2026].type == "plan"
    assert found[PLAN_2026].body["rows"][13]["targets"][0]["min"] == 2
    seq = found[PLAN_2026].seq
    load_plans(session, now)
    again = {row.id: row.seq for row in documents_after(session, "reference", 0, 500)}
    assert again[PLAN_2026] == seq > 0


def test_copying(session: Session, now: datetime) -> None:
    load_plans(session, now)
    assert operations.copy_plan(session, SYSTEM, now, PLAN_2025, 2027) == "bhxh-vn-2027-annex-ii"
    with pytest.raises(ProblemError) as twice:
        operations.copy_plan(session, SYSTEM, now, PLAN_2025, 2027)
    assert twice.value.problem.slug == "plan-exists"
    with pytest.raises(ProblemError) as unknown:
        operations.copy_plan(session, SYSTEM, now, "khong-co", 2027)
    assert unknown.value.problem.slug == "not-found"


def test_the_official_annex_takes_the_place_of_the_copy(session: Session, now: datetime) -> None:
    load_plans(session, now)
    document = small_annex()
    document["plan"]["id"] = PLAN_2026
    operations.import_plan(session, SYSTEM, now, document)
    plan = queries.plan(session, PLAN_2026)
    assert plan is not None
    assert (plan["is_official"], plan["copied_from"], len(plan["rows"])) == (True, None, 1)


def test_readings_are_settings(session: Session, now: datetime) -> None:
    load_plans(session, now)
    operations.set_readings(session, SYSTEM, now, PLAN_2026, {"broadcast_scope": "province"})
    plan = queries.plan(session, PLAN_2026)
    assert plan is not None
    assert plan["readings"]["broadcast_scope"] == "province"
    assert plan["is_official"] is False
    with pytest.raises(ProblemError):
        operations.set_readings(session, SYSTEM, now, PLAN_2026, {"week": "sunday"})


def test_only_planners_write(session: Session, now: datetime) -> None:
    with pytest.raises(ProblemError) as refused:
        operations.import_plan(session, COLLABORATOR, now, small_annex())
    assert refused.value.problem.slug == "forbidden"
    with pytest.raises(ProblemError):
        operations.copy_plan(session, COLLABORATOR, now, PLAN_2025, 2028)
