"""Parked operations: taken or dismissed by a reviewer, and what their author hears."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import clock
from server.activities import operations as activities
from server.activities import queries as activity_queries
from server.activities.models import OperationLog
from server.activities.waiting_models import ParkedOperation
from server.change_feed.models import FeedDocument
from server.problems import ProblemError
from server.reviews import operations, parked, settling
from tests.factories.accounts import make_account
from tests.factories.activities import SCOPE, actor_of, example, make_operation
from tests.factories.acts import DIVISION, carry_out
from tests.factories.reviews import make_report, make_reviewer


@pytest.fixture
def reviewer(session: Session, now: datetime) -> Iterator[Any]:
    with clock.frozen(now):
        yield actor_of(session, make_reviewer(session, now), now)


@pytest.fixture
def stranger(session: Session, now: datetime) -> Any:
    """A collaborator of the commune beside."""
    return make_account(session, now, unit_id="c-00008-2025", name="Lò Văn Phúc")


def send(session: Session, now: datetime, account: Any, *sent: Any) -> list[Any]:
    results = activities.apply_batch(session, actor_of(session, account, now), now, list(sent))
    session.commit()
    return [result.outcome for result in results]


def settle(session: Session, now: datetime, actor: Any, id: str, how: Any, **of: Any) -> Any:
    done = settling.settle(session, actor, now, id, how, **of)
    session.commit()
    return done


def report_of_a_stranger(session: Session, now: datetime, stranger: Any) -> tuple[Any, Any]:
    create = make_operation(set=example(duration_min=20))
    submit = make_operation("submit", activity=create.activity, base=1, after=create.id)
    outcomes = send(session, now, stranger, create, submit)
    assert [each.reason for each in outcomes] == ["no_permission", "after_parked"]
    return create, submit


def notices(session: Session, account: Any) -> list[Any]:
    return [
        row.body
        for row in session.scalars(
            select(FeedDocument).where(FeedDocument.scope == f"account:{account.id}")
        )
        if row.type == "notice"
    ]


def test_what_is_parked_is_listed_with_why_and_what_to_do(
    session: Session, now: datetime, reviewer: Any, stranger: Any
) -> None:
    create, submit = report_of_a_stranger(session, now, stranger)
    rows = parked.waiting(session, reviewer)
    assert {row.id for row in rows} == {create.id, submit.id}
    (item,) = [parked.to_wire(row) for row in rows if row.id == create.id]
    assert (item["reason"], item["activity"]) == ("no_permission", create.activity)
    assert item["operation"]["set"]["duration_min"] == 20
    assert item["author"] == {"id": stranger.id, "name": "Lò Văn Phúc"}
    assert item["words"]["vi"].startswith("Người báo không còn")
    assert [row.id for row in parked.waiting(session, reviewer, reason="appeal")] == []
    own = parked.waiting(session, actor_of(session, stranger, now))
    assert {row.id for row in own} == {create.id, submit.id}
    beside = actor_of(session, make_reviewer(session, now, unit_id="p-04-2025"), now)
    assert parked.waiting(session, beside) == []


def test_taking_it_takes_what_waits_behind_it_and_tells_the_author(
    session: Session, now: datetime, reviewer: Any, stranger: Any
) -> None:
    create, submit = report_of_a_stranger(session, now, stranger)
    done = settle(session, now, reviewer, create.id, "accept", note="Anh Phúc đi thay.")
    row = activity_queries.get(session, create.activity)
    assert row is not None
    assert (row.status, row.author_id, row.author_name, row.scope) == (
        "submitted", stranger.id, "Lò Văn Phúc", SCOPE,
    )  # fmt: skip
    assert parked.waiting(session, reviewer) == []
    told = {each["operation"]: each for each in notices(session, stranger)}
    assert told.keys() == {create.id, submit.id}
    assert told[create.id] == {
        "about": "parked", "operation": create.id, "activity": create.activity,
        "settlement": "accept", "note": "Anh Phúc đi thay.",
        "by": {"id": reviewer.account_id, "name": reviewer.name},
        "at": "2026-11-20T03:00:00.000Z",
    }  # fmt: skip
    old, new = (session.get(OperationLog, id) for id in (create.id, done.successor_id))
    assert old is not None
    assert new is not None
    assert old.outcome["reason"] == "no_permission", "what was told stays told"
    assert new.outcome["outcome"] == "applied"
    settled: Any = session.get(ParkedOperation, create.id)
    assert (settled.settlement, settled.settled_by) == ("accept", reviewer.account_id)
    (again,) = send(session, now, stranger, create)
    assert again.reason == "no_permission"


def test_dismissing_leaves_nothing_but_the_word_to_the_author(
    session: Session, now: datetime, reviewer: Any, stranger: Any
) -> None:
    create, _ = report_of_a_stranger(session, now, stranger)
    settle(session, now, reviewer, create.id, "dismiss", note="Xã đã có báo cáo này.")
    assert activity_queries.get(session, create.activity) is None
    assert parked.waiting(session, reviewer) == []
    assert {each["settlement"] for each in notices(session, stranger)} == {"dismiss"}
    kept: Any = session.get(OperationLog, create.id)
    assert kept.body["set"], "kept whole"


def test_the_same_settlement_twice_is_one_and_another_one_is_late(
    session: Session, now: datetime, reviewer: Any, stranger: Any
) -> None:
    create, _ = report_of_a_stranger(session, now, stranger)
    first = settle(session, now, reviewer, create.id, "accept")
    assert settle(session, now, reviewer, create.id, "accept") == first
    with pytest.raises(ProblemError) as caught:
        settle(session, now, reviewer, create.id, "dismiss")
    assert caught.value.problem.slug == "conflict"


def test_an_appeal_that_is_accepted_opens_the_report_again(
    session: Session, now: datetime, reviewer: Any
) -> None:
    report = make_report(session, now, duration_min=20)
    row = report.row(session)
    operations.decide(session, reviewer, now, row.id, "reject", row.version, row.digest,
                      [{"text": "Chưa rõ."}])  # fmt: skip
    session.commit()
    change = {"set": {"duration_min": 45}, "was": {"duration_min": 20}}
    appeal = make_operation("submit", activity=report.id, base=3, **change)
    (outcome,) = send(session, now, report.author, appeal)
    assert outcome.reason == "appeal"
    settle(session, now, reviewer, appeal.id, "accept", note="Đã xem lại.")
    row = report.row(session)
    assert (row.status, row.fields["duration_min"]) == ("submitted", 45)
    assert row.review["remarks"] == [{"text": "Đã xem lại."}]


def test_where_it_was_in_a_divided_commune_a_reviewer_may_say(
    session: Session, now: datetime, reviewer: Any, stranger: Any
) -> None:
    divided, part = "commune:c-00008-2025", "commune:c-99992-2026"
    carry_out(session, now, DIVISION)
    create = make_operation(scope=divided, set=example(duration_min=20))
    submit = make_operation("submit", activity=create.activity, scope=divided, base=1,
                            after=create.id)  # fmt: skip
    outcomes = send(session, now, stranger, create, submit)
    assert [each.reason for each in outcomes] == ["area_choice", "after_parked"]
    with pytest.raises(ProblemError) as unsaid:
        settle(session, now, reviewer, create.id, "accept")
    session.rollback()
    assert unsaid.value.extras["problems"][0]["field"] == "scope"
    settle(session, now, reviewer, create.id, "accept", scope=part)
    row = activity_queries.get(session, create.activity)
    assert row is not None
    assert (row.status, row.author_id, row.scope) == ("submitted", stranger.id, part)
    assert {each["operation"] for each in notices(session, stranger)} == {create.id, submit.id}


def test_what_only_its_author_can_mend_is_not_taken(
    session: Session, now: datetime, reviewer: Any
) -> None:
    author = make_account(session, now)
    wrong = make_operation(set=example(duration_min="lâu"))
    (outcome,) = send(session, now, author, wrong)
    assert outcome.reason == "invalid"
    (item,) = [parked.to_wire(row) for row in parked.waiting(session, reviewer)]
    assert item["problems"][0]["field"] == "duration_min"
    with pytest.raises(ProblemError) as caught:
        settle(session, now, reviewer, wrong.id, "accept")
    session.rollback()
    assert caught.value.problem.slug == "decision-impossible"
    assert caught.value.extras["vi"]
    corrected = make_operation(activity=wrong.activity, set=example(), instead=wrong.id)
    assert send(session, now, author, corrected)[0].name == "applied"
    assert parked.waiting(session, reviewer) == [], "its author sent another in its stead"
    row = session.get(ParkedOperation, wrong.id)
    assert row is not None
    assert (row.settlement, row.successor_id) == ("instead", corrected.id)


def test_values_that_are_wrong_by_now_are_told_and_nothing_is_kept(
    session: Session, now: datetime, reviewer: Any, stranger: Any
) -> None:
    create = make_operation(set=example(duration_min="lâu"))
    send(session, now, stranger, create)
    with pytest.raises(ProblemError) as caught:
        settle(session, now, reviewer, create.id, "accept")
    session.rollback()
    assert caught.value.problem.slug == "invalid"
    assert [row.id for row in parked.waiting(session, reviewer)] == [create.id]
    assert notices(session, stranger) == []


def test_who_may_settle(session: Session, now: datetime, reviewer: Any, stranger: Any) -> None:
    create, _ = report_of_a_stranger(session, now, stranger)
    author = actor_of(session, stranger, now)
    elsewhere = actor_of(session, make_reviewer(session, now, unit_id="p-04-2025"), now)
    colleague = actor_of(session, make_account(session, now), now)
    for actor, slug in ((author, "own-work"), (elsewhere, "forbidden"), (colleague, "forbidden")):
        with pytest.raises(ProblemError) as caught:
            settle(session, now, actor, create.id, "accept")
        session.rollback()
        assert caught.value.problem.slug == slug
    with pytest.raises(ProblemError) as caught:
        settle(session, now, reviewer, "no-such", "dismiss")
    session.rollback()
    assert caught.value.problem.slug == "not-found"
    assert settle(session, now, author, create.id, "dismiss").settlement == "dismiss"
