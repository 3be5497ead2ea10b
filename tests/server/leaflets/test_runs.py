"""Print runs: all or none, a code each, told to the phones of their place."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import short_codes
from server.change_feed.models import FeedDocument
from server.http.actor import SYSTEM, Actor
from server.leaflets import operations, queries, runs
from server.leaflets.models import Leaflet, PrintRun
from server.leaflets.orders import Order
from server.leaflets.queries import RunFilter
from server.problems import ProblemError
from tests.factories.accounts import COMMUNE, PROVINCE, make_account
from tests.factories.activities import actor_of
from tests.factories.leaflets import make_version

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 31)


@pytest.fixture
def planner(session: Session, now: datetime) -> Actor:
    return actor_of(session, make_account(session, now, "planner", PROVINCE), now)


def order(place: str = COMMUNE, row: int = 1, **other: Any) -> Order:
    asked = {"copies": 500, "place_detail": "Chợ", "period_from": FIRST, "period_to": LAST}
    return Order(row, place, **(asked | other))


def documents(session: Session) -> dict[str, FeedDocument]:
    session.expire_all()
    found = session.scalars(select(FeedDocument).where(FeedDocument.type == "print_run"))
    return {one.id: one for one in found}


def test_a_batch_is_listed_as_it_was_ordered(
    session: Session, now: datetime, planner: Actor
) -> None:
    """Whoever ordered by a list of communes deals the paper out by the same list."""
    version = make_version(session, now)
    wanted = [order(PROVINCE, 1), order("c-00008-2025", 2), order(row=3, place_detail="B"),
              order(row=4, place_detail="A"), order("c-00008-2025", 5)]  # fmt: skip
    batch, made = runs.make(session, planner, now, version.id, wanted)
    session.commit()
    asked = RunFilter(planner.area, FIRST, batch_id=batch)
    whole = queries.list_runs(session, asked, None, 10)
    assert [row.run.id for row in whole] == [run.id for run in made]
    rest = queries.list_runs(session, asked, made[2].id, 10)
    assert [row.run.id for row in rest] == [run.id for run in made[3:]]
    assert [(run.unit_id, run.place_detail) for run in made] == [
        (one.place, one.place_detail) for one in wanted
    ]


def test_runs_bear_codes_and_are_told_to_phones(
    session: Session, now: datetime, planner: Actor
) -> None:
    version = make_version(session, now)
    batch, made = runs.make(
        session, planner, now, version.id, [order(), order("c-00008-2025", 2), order(PROVINCE, 3)]
    )
    session.commit()
    assert {run.batch_id for run in made} == {batch}
    assert all(short_codes.is_valid(run.code) for run in made)
    assert len({run.code for run in made}) == 3
    told = documents(session)
    assert [told[f"print_run:{run.id}"].scope for run in made] == [
        f"commune:{COMMUNE}", "commune:c-00008-2025", "reference",
    ]  # fmt: skip
    assert told[f"print_run:{made[0].id}"].body == {
        "code": made[0].code, "leaflet_title": "voluntary_si",
        "title": "Những điều cần biết về BHXH tự nguyện", "version": 1, "law_date": "2026-07-01",
        "languages": ["vi"], "commune": COMMUNE, "place_detail": "Chợ", "copies": 500,
        "period_from": "2026-12-01", "period_to": "2026-12-31", "status": "active",
        "outdated": False, "outdated_from": None,
    }  # fmt: skip


def test_one_mistake_and_none_is_made(session: Session, now: datetime, planner: Actor) -> None:
    version = make_version(session, now)
    wrong = [
        order(),
        order("p-79-2025", 2),
        order(row=3, copies=0),
        order(row=4, period_to=date(2026, 11, 1)),
        order("c-99999-2025", 5),
    ]
    with pytest.raises(ProblemError) as raised:
        runs.make(session, planner, now, version.id, wrong)
    session.rollback()
    told = [(one["row"], one["field"], one["code"]) for one in raised.value.extras["problems"]]
    assert told == [
        (2, "place", "outside"), (3, "copies", "range"), (4, "period_to", "order"),
        (5, "place", "unknown"),
    ]  # fmt: skip
    assert session.scalar(select(func.count()).select_from(PrintRun)) == 0


def test_an_outdated_leaflet_is_printed_only_if_confirmed(
    session: Session, now: datetime, planner: Actor
) -> None:
    version = make_version(session, now, law_date=date(2025, 7, 1))
    with pytest.raises(ProblemError) as raised:
        runs.make(session, planner, now, version.id, [order()])
    assert raised.value.problem.slug == "leaflet-outdated"
    assert raised.value.extras["law_change"]["date"] == "2026-07-01"
    _, (run,) = runs.make(session, planner, now, version.id, [order()], confirm_outdated=True)
    session.commit()
    assert documents(session)[f"print_run:{run.id}"].body["outdated"] is True


@pytest.mark.parametrize("status", ["draft", "withdrawn"])
def test_only_what_is_published_is_printed(
    session: Session, now: datetime, planner: Actor, status: str
) -> None:
    version = make_version(session, now, status=status)
    with pytest.raises(ProblemError) as raised:
        runs.make(session, planner, now, version.id, [order()])
    assert raised.value.problem.slug == "leaflet-state"


def test_a_code_that_is_taken_is_thrown_again(session: Session, now: datetime) -> None:
    version = make_version(session, now)
    chances = iter([b"\0" * 5, b"\0" * 5, b"\0" * 5, b"\1" * 5])
    _, (first,) = runs.make(session, SYSTEM, now, version.id, [order()],
                            chance=lambda _: next(chances))  # fmt: skip
    _, (second,) = runs.make(session, SYSTEM, now, version.id, [order()],
                             chance=lambda _: next(chances))  # fmt: skip
    assert (first.code, second.code) == (
        short_codes.new_code(b"\0" * 5), short_codes.new_code(b"\1" * 5),
    )  # fmt: skip
    assert next(chances, None) is None


def test_stopped_and_started(session: Session, now: datetime, planner: Actor) -> None:
    version = make_version(session, now)
    _, (run,) = runs.make(session, planner, now, version.id, [order()])
    session.commit()
    assert runs.stop(session, planner, now, run.id).run.status == "stopped"
    session.commit()
    assert documents(session)[f"print_run:{run.id}"].body["status"] == "stopped"
    with pytest.raises(ProblemError) as raised:
        runs.stop(session, planner, now, run.id)
    assert raised.value.problem.slug == "leaflet-state"
    runs.start(session, planner, now, run.id)
    session.commit()
    assert documents(session)[f"print_run:{run.id}"].body["status"] == "active"


def test_a_withdrawn_version_is_told_until_another_is_shown(
    session: Session, now: datetime
) -> None:
    printed = make_version(session, now)
    leaflet = session.get_one(Leaflet, printed.leaflet_id)
    newer = make_version(session, now, leaflet=leaflet, number=2)
    _, (run,) = runs.make(session, SYSTEM, now, printed.id, [order()])
    session.commit()
    operations.withdraw(session, SYSTEM, now, printed.id)
    session.commit()
    body = documents(session)[f"print_run:{run.id}"].body
    assert (body["status"], body["outdated"]) == ("stopped", True)
    row = runs.redirect(session, SYSTEM, now, run.id, newer.id)
    session.commit()
    assert (row.printed.number, row.shown.number) == (1, 2)
    body = documents(session)[f"print_run:{run.id}"].body
    assert (body["status"], body["outdated"], body["version"]) == ("active", True, 1)


def test_runs_of_others_do_not_exist(session: Session, now: datetime) -> None:
    version = make_version(session, now)
    _, (run,) = runs.make(session, SYSTEM, now, version.id, [order()])
    elsewhere = actor_of(session, make_account(session, now, "planner", "p-79-2025"), now)
    with pytest.raises(ProblemError) as raised:
        runs.stop(session, elsewhere, now, run.id)
    assert raised.value.problem.slug == "not-found"
    office = actor_of(session, make_account(session, now, "office_reviewer", COMMUNE), now)
    with pytest.raises(ProblemError) as raised:
        runs.stop(session, office, now, run.id)
    assert raised.value.problem.slug == "forbidden"
