"""Two reports of one event: found, shown, decided; only the primary counts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import clock
from server.activities import operations as activities
from server.activities import queries as activity_queries
from server.activities.models import ActivityCount
from server.problems import ProblemError
from server.reviews import conflicts, duplicates, operations, queries
from tests.factories.activities import actor_of, make_operation
from tests.factories.evidence import make_photo
from tests.factories.reviews import Report, make_report, make_reviewer

_photos = itertools.count(100)


@pytest.fixture
def reviewer(session: Session, now: datetime) -> Iterator[Any]:
    with clock.frozen(now):
        yield actor_of(session, make_reviewer(session, now), now)


def at(session: Session, now: datetime, start: str, **fields: Any) -> Report:
    photos = (make_photo(next(_photos)),)
    return make_report(session, now, photos=photos, sent=False, start_time=start,
                       duration_min=10, **fields)  # fmt: skip


def counted(session: Session, report: Report) -> int:
    statement = select(func.count()).where(ActivityCount.activity_id == report.id)
    return session.scalar(statement) or 0


def shown(session: Session, report: Report) -> dict[str, Any]:
    (item,) = activity_queries.wire_rows(session, [report.row(session)])
    return item


@pytest.mark.parametrize(
    ("second", "found"), [("07:09", 1), ("07:10", 0), ("06:51", 1), ("06:50", 0)]
)
def test_near_in_time(
    session: Session, now: datetime, reviewer: Any, second: str, found: int
) -> None:
    at(session, now, "07:00")
    at(session, now, second)
    assert len(duplicates.waiting(session, reviewer)) == found


def test_another_day_is_another_event(session: Session, now: datetime, reviewer: Any) -> None:
    at(session, now, "07:00")
    at(session, now, "07:00", event_date="2026-11-10")
    assert duplicates.waiting(session, reviewer) == []


def test_a_shared_photo_tells_on_any_day(session: Session, now: datetime, reviewer: Any) -> None:
    first = make_report(session, now, sent=False, start_time="07:00")
    second = make_report(session, now, sent=False, start_time="15:00", photos=first.photos[:1],
                         event_date="2026-11-10")  # fmt: skip
    (pair,) = duplicates.waiting(session, reviewer)
    assert {pair.first_id, pair.second_id} == {first.id, second.id}
    assert duplicates.words(pair.why)["vi"] == "Có chung một ảnh."


def test_both_are_shown_again_and_name_each_other(
    session: Session, now: datetime, reviewer: Any
) -> None:
    first = at(session, now, "07:00")
    seq = first.row(session).seq
    second = at(session, now, "07:05")
    assert shown(session, first)["possible_duplicates"] == [second.id]
    assert shown(session, second)["possible_duplicates"] == [first.id]
    assert first.row(session).seq > seq
    assert queries.needs(shown(session, first)) == ["decision", "duplicate"]


def test_only_the_primary_counts_until_it_is_decided_otherwise(
    session: Session, now: datetime, reviewer: Any
) -> None:
    first, second = at(session, now, "07:00"), at(session, now, "07:05")
    (pair,) = duplicates.waiting(session, reviewer)
    assert counted(session, first)
    assert counted(session, second)
    before = second.row(session)
    duplicates.decide(session, reviewer, now, pair.id, first.id)
    session.commit()
    assert (counted(session, first) > 0, counted(session, second)) == (True, 0)
    item = shown(session, second)
    assert (item["duplicate_of"], item["possible_duplicates"]) == (first.id, [])
    assert (item["version"], item["digest"]) == (before.version, before.digest)
    assert item["seq"] > before.seq
    assert shown(session, first)["duplicate_of"] is None
    assert duplicates.waiting(session, reviewer) == []
    assert activity_queries.events(session, second.id)[-1]["what"] == "duplicate"

    duplicates.decide(session, reviewer, now, pair.id, None)
    session.commit()
    assert counted(session, second)
    assert shown(session, second)["duplicate_of"] is None


@pytest.mark.parametrize("how", ["withdraw", "reject"])
def test_when_the_primary_counts_no_more_the_other_counts_again(
    session: Session, now: datetime, reviewer: Any, how: str
) -> None:
    first, second = at(session, now, "07:00"), at(session, now, "07:05")
    (pair,) = duplicates.waiting(session, reviewer)
    duplicates.decide(session, reviewer, now, pair.id, first.id)
    session.commit()
    row = first.row(session)
    if how == "withdraw":
        withdrawal = make_operation("withdraw", activity=row.id, base=row.version)
        actor = actor_of(session, first.author, now)
        (result,) = activities.apply_batch(session, actor, now, [withdrawal])
        assert result.outcome.name == "applied"
    else:
        remarks = [{"text": "Không có thật."}]
        operations.decide(session, reviewer, now, row.id, how, row.version, row.digest, remarks)
    session.commit()
    assert counted(session, second)
    assert shown(session, second)["duplicate_of"] is None


def take_back(session: Session, now: datetime, report: Report) -> None:
    row = report.row(session)
    withdrawal = make_operation("withdraw", activity=row.id, base=row.version)
    actor = actor_of(session, report.author, now)
    (result,) = activities.apply_batch(session, actor, now, [withdrawal])
    assert result.outcome.name == "applied"
    session.commit()


def three(session: Session, now: datetime, reviewer: Any) -> tuple[list[Report], Any]:
    """Three reports of one event, and how to say of two of them which one counts."""
    reports = [at(session, now, f"07:0{minute}") for minute in (0, 1, 2)]
    pairs = {frozenset((each.first_id, each.second_id)): each.id
             for each in duplicates.waiting(session, reviewer)}  # fmt: skip

    def decide(one: int, other: int, primary: int | None) -> None:
        pair = pairs[frozenset((reports[one].id, reports[other].id))]
        chosen = None if primary is None else reports[primary].id
        duplicates.decide(session, reviewer, now, pair, chosen)
        session.commit()

    return reports, decide


def test_of_three_one_counts_though_each_was_said_to_be_anothers(
    session: Session, now: datetime, reviewer: Any
) -> None:
    reports, decide = three(session, now, reviewer)
    decide(0, 1, 1)
    decide(1, 2, 2)
    decide(2, 0, 0)
    assert [counted(session, each) > 0 for each in reports] == [True, False, False]


def test_an_earlier_decision_holds_when_a_later_one_is_undone(
    session: Session, now: datetime, reviewer: Any
) -> None:
    reports, decide = three(session, now, reviewer)
    decide(0, 1, 1)
    decide(0, 2, 2)
    decide(0, 2, None)
    assert shown(session, reports[0])["duplicate_of"] == reports[1].id
    take_back(session, now, reports[1])
    assert counted(session, reports[0])


def test_a_decision_set_aside_by_a_ring_holds_again_when_the_ring_is_broken(
    session: Session, now: datetime, reviewer: Any
) -> None:
    reports, decide = three(session, now, reviewer)
    decide(1, 0, 1)
    decide(1, 2, 2)
    decide(2, 0, 0)
    assert [counted(session, each) > 0 for each in reports] == [True, False, False]
    take_back(session, now, reports[2])
    assert [counted(session, each) > 0 for each in reports] == [False, True, False]


def test_what_counts_nothing_is_not_chosen_and_not_asked_about(
    session: Session, now: datetime, reviewer: Any
) -> None:
    first, second = at(session, now, "07:00"), at(session, now, "07:05")
    (pair,) = duplicates.waiting(session, reviewer)
    take_back(session, now, first)
    assert duplicates.waiting(session, reviewer) == []
    with pytest.raises(ProblemError) as caught:
        duplicates.decide(session, reviewer, now, pair.id, first.id)
    assert caught.value.problem.slug == "invalid"
    session.rollback()
    assert counted(session, second)


def test_what_stands_again_is_asked_about_again(
    session: Session, now: datetime, reviewer: Any
) -> None:
    first, second = at(session, now, "07:00"), at(session, now, "07:05")
    (pair,) = duplicates.waiting(session, reviewer)
    duplicates.decide(session, reviewer, now, pair.id, first.id)
    session.commit()
    take_back(session, now, first)
    assert shown(session, second)["possible_duplicates"] == [first.id]
    actor = actor_of(session, first.author, now)
    row = first.row(session)
    edit = make_operation("submit", activity=row.id, base=row.version - 1, set={"note": "vẫn có"},
                          was={"note": row.fields.get("note")})  # fmt: skip
    (result,) = activities.apply_batch(session, actor, now, [edit])
    session.commit()
    assert result.outcome.name == "conflict"
    conflict = activity_queries.open_conflicts(session, [first.id])[first.id][0]
    conflicts.resolve(session, reviewer, now, first.id, conflict.operation_id,
                      first.row(session).version, "proposed", {})  # fmt: skip
    session.commit()
    assert first.row(session).status == "submitted"
    assert [each.id for each in duplicates.waiting(session, reviewer)] == [pair.id]


def test_who_may_decide(session: Session, now: datetime, reviewer: Any) -> None:
    first = at(session, now, "07:00")
    at(session, now, "07:05")
    (pair,) = duplicates.waiting(session, reviewer)
    elsewhere = actor_of(session, make_reviewer(session, now, unit_id="p-04-2025"), now)
    assert duplicates.waiting(session, elsewhere) == []
    author = actor_of(session, first.author, now)
    cases = (
        (elsewhere, pair.id, first.id, "forbidden"),
        (author, pair.id, first.id, "forbidden"),
        (reviewer, "no-such", None, "not-found"),
        (reviewer, pair.id, "another", "invalid"),
    )
    for actor, id, primary, slug in cases:
        with pytest.raises(ProblemError) as caught:
            duplicates.decide(session, actor, now, id, primary)
        session.rollback()
        assert caught.value.problem.slug == slug
