"""Progress in the contract's shape, and the grid of communes by weeks."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from server.http.actor import SYSTEM
from server.measures.queries import progress, week_figure, weeks_grid
from server.plans import operations
from server.problems import ProblemError
from tests.factories.measures import BA_DINH, CUA_NAM, Field
from tests.factories.places import make_office
from tests.factories.plans import PLAN_2025

HANOI = "p-01-2025"


def test_every_row_and_target_in_the_annexes_order(
    session: Session, plan: str, field: Field
) -> None:
    field.record("2026-11-18")
    found = progress(session, SYSTEM, plan, HANOI)
    assert found["plan"] == plan
    assert found["period"] == {"id": "2026", "from": "2026-01-01", "to": "2026-12-31"}
    assert len(found["rows"]) == 21
    assert sum(len(row["targets"]) for row in found["rows"]) == 7
    for row in found["rows"]:
        assert {"code", "name", "unit", "targets", "done", "sent", "approved"} <= set(row)
        for target in row["targets"]:
            assert {"id", "min", "max", "done", "sent", "approved", "period", "label", "unit",
                    "required"} <= set(target)  # fmt: skip
    row = next(row for row in found["rows"] if row["code"] == "I.4")
    assert (row["name"], row["unit"], row["approved"]) == (
        "Tổ chức phát thanh trên loa truyền thanh xã, phường, thị trấn", "Lượt", 1,
    )  # fmt: skip


def test_the_figure_moves_when_a_broadcast_is_approved(
    session: Session, plan: str, field: Field
) -> None:
    def figure() -> tuple[int, int, int]:
        rows = progress(session, SYSTEM, plan, BA_DINH, "2026-W47")["rows"]
        row = next(row for row in rows if row["code"] == "I.4")
        return row["done"], row["sent"], row["approved"]

    assert figure() == (0, 0, 0)
    activity = field.record("2026-11-18", status="submitted")
    assert figure() == (1, 1, 0)
    field.decide(activity, "returned")
    assert figure() == (1, 0, 0)
    field.decide(activity, "approved")
    assert figure() == (1, 1, 1)


def test_a_row_of_peaks_counts_peaks(session: Session, plan: str, field: Field) -> None:
    field.record("2026-10-07", peaks=["P10", "P08-10"])
    field.record("2026-10-08", peaks=["P10"])
    rows = progress(session, SYSTEM, plan, HANOI)["rows"]
    assert next(row["done"] for row in rows if row["code"] == "II.1") == 2


def test_few_statements(session: Session, plan: str, field: Field) -> None:
    field.record("2026-11-18")
    seen: list[str] = []

    def count(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(session.get_bind(), "before_cursor_execute", count)
    progress(session, SYSTEM, plan, "vn")
    event.remove(session.get_bind(), "before_cursor_execute", count)
    assert len(seen) <= 10


@pytest.mark.parametrize("period", ["2026-W54", "tháng mười", "2026-13", ""])
def test_no_such_period(session: Session, plan: str, period: str) -> None:
    with pytest.raises(ProblemError) as refused:
        progress(session, SYSTEM, plan, HANOI, period)
    assert refused.value.problem.slug == "period-invalid"


def test_no_such_plan(session: Session) -> None:
    with pytest.raises(ProblemError) as refused:
        progress(session, SYSTEM, "khong-co")
    assert refused.value.problem.slug == "not-found"


def test_readings_change_the_count(
    session: Session, plan: str, field: Field, now: datetime
) -> None:
    for commune in (BA_DINH, CUA_NAM):
        field.record("2026-11-18", commune)
    operations.set_readings(
        session, SYSTEM, now, plan,
        {"broadcast_scope": "province", "commune_denominator": "first_day"},
    )  # fmt: skip
    session.commit()
    rows = progress(session, SYSTEM, plan, HANOI, "2026-W47")["rows"]
    targets = {target["id"]: target for row in rows for target in row["targets"]}
    assert targets["I.4-T1"]["cells"] == {"place": "province", "total": 1, "due": 1, "done": 1,
                                          "sent": 1, "approved": 1}  # fmt: skip
    assert targets["I.1.2-T2"]["communes"]["on"] == "2026-11-16"


def test_the_grid(session: Session, plan: str, field: Field) -> None:
    office = make_office(session)
    field.record("2026-11-10")
    field.record("2026-11-18", status="submitted")
    grid = weeks_grid(session, SYSTEM, plan, HANOI, date(2026, 11, 2), date(2026, 11, 22))
    assert [week["id"] for week in grid["weeks"]] == ["2026-W45", "2026-W46", "2026-W47"]
    assert grid["target"]["min"] == 2
    assert len(grid["items"]) == 126
    ward = next(item for item in grid["items"] if item["id"] == BA_DINH)
    assert (ward["done"], ward["sent"], ward["approved"]) == ([0, 1, 1], [0, 1, 1], [0, 1, 0])
    assert (ward["full_name"], ward["office_id"]) == ("Phường Ba Đình", office)
    of_office = weeks_grid(session, SYSTEM, plan, office)
    assert (len(of_office["items"]), len(of_office["weeks"])) == (2, 53)
    assert len(weeks_grid(session, SYSTEM, plan, BA_DINH)["items"]) == 1


@pytest.mark.parametrize(
    ("unit", "first", "last", "slug"),
    [
        ("vn", None, None, "invalid"),
        (HANOI, date(2026, 5, 1), date(2026, 4, 1), "period-invalid"),
        (HANOI, date(2024, 1, 1), date(2026, 4, 1), "period-invalid"),
    ],
)
def test_grids_that_are_refused(
    session: Session, plan: str, unit: str, first: date | None, last: date | None, slug: str
) -> None:
    with pytest.raises(ProblemError) as refused:
        weeks_grid(session, SYSTEM, plan, unit, first, last)
    assert refused.value.problem.slug == slug


def test_one_commune_and_week(session: Session, plan: str, field: Field) -> None:
    field.record("2026-11-18")
    assert week_figure(session, SYSTEM, BA_DINH, date(2026, 11, 20)).approved == 1
    assert week_figure(session, SYSTEM, BA_DINH, date(2026, 11, 23)).approved == 0


def test_last_years_plan_is_still_there(session: Session, plan: str) -> None:
    assert progress(session, SYSTEM, PLAN_2025, HANOI)["period"]["id"] == "2025"
