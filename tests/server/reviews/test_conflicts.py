"""Conflicts and amendments at the console: who decides, what then stands, what phones see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import clock
from server.activities import operations as activities
from server.activities import queries as activity_queries
from server.activities.models import ActivityCount, ActivityEvidence, OperationLog
from server.problems import ProblemError
from server.reviews import conflicts, operations, queries
from tests.factories.accounts import make_account, sign_in
from tests.factories.activities import Phone, actor_of, make_operation
from tests.factories.evidence import make_photo
from tests.factories.reviews import Report, make_report, make_reviewer


@pytest.fixture
def report(session: Session, now: datetime) -> Report:
    return make_report(session, now, duration_min=20)


@pytest.fixture
def reviewer(session: Session, now: datetime) -> Iterator[Any]:
    with clock.frozen(now):
        yield actor_of(session, make_reviewer(session, now), now)


def send(
    session: Session, now: datetime, account: Any, type: str, report: Report, **of: Any
) -> Any:
    """An operation of `account` on the report; returns its outcome."""
    operation = make_operation(type, activity=report.id, **of)
    actor = account if hasattr(account, "account_id") else actor_of(session, account, now)
    (result,) = activities.apply_batch(session, actor, now, [operation])
    session.commit()
    return result.outcome


def approve(session: Session, now: datetime, reviewer: Any, report: Report) -> None:
    row = report.row(session)
    operations.decide(session, reviewer, now, row.id, "approve", row.version, row.digest, [])
    session.commit()


def amend(session: Session, now: datetime, report: Report, **of: Any) -> str:
    """An amendment by the author; returns the conflict's id."""
    of = of or {"set": {"duration_min": 45}, "was": {"duration_min": 20}}
    outcome = send(session, now, report.author, "edit", report, base=3, **of)
    assert (outcome.name, outcome.conflicts[0].kind) == ("conflict", "amendment")
    return str(outcome.conflicts[0].id)


def item_of(session: Session, report: Report) -> Any:
    (item,) = activity_queries.wire_rows(session, [report.row(session)])
    return item


def resolve(session: Session, now: datetime, actor: Any, report: Report, id: str, choice: str,
            typed: Any = None, version: int | None = None) -> Any:  # fmt: skip
    seen = report.row(session).version if version is None else version
    conflicts.resolve(session, actor, now, report.id, id, seen, choice, typed or {})
    session.commit()
    return report.row(session)


def minutes(session: Session, report: Report) -> set[int]:
    found = session.scalars(
        select(ActivityCount.amount).where(ActivityCount.activity_id == report.id)
    )
    return set(found)


def test_an_amendment_waits_beside_what_is_approved(
    session: Session, now: datetime, report: Report, reviewer: Any
) -> None:
    approve(session, now, reviewer, report)
    seq = report.row(session).seq
    id = amend(session, now, report)
    row = report.row(session)
    assert (row.status, row.version, row.fields["duration_min"]) == ("approved", 3, 20)
    assert row.seq > seq, "phones see the question"
    (conflict,) = item_of(session, report)["conflicts"]
    assert conflict == {
        "id": id, "kind": "amendment", "operation": id, "type": "edit", "resolver": "reviewer",
        "by": {"id": report.author.id, "name": report.author.name},
        "fields": [{"field": "duration_min", "current": 20, "mine": 45, "was": 20}],
        "opened_at": conflict["opened_at"],
    }  # fmt: skip


def test_an_accepted_amendment_keeps_the_approval_and_moves_its_version(
    session: Session, now: datetime, report: Report, reviewer: Any
) -> None:
    approve(session, now, reviewer, report)
    before = report.row(session)
    id = amend(session, now, report)
    row = resolve(session, now, reviewer, report, id, "proposed")
    assert (row.status, row.version, row.approved_version) == ("approved", 4, 4)
    assert row.fields["duration_min"] == 45
    assert row.seq > before.seq
    assert item_of(session, report)["conflicts"] == []
    last = activity_queries.events(session, report.id)[-1]
    assert (last["what"], last["account"]["id"]) == ("resolve", reviewer.account_id)
    assert last["detail"]["changes"] == {"duration_min": {"before": 20, "after": 45}}
    assert last["detail"]["resolve"] == {"conflict": id, "choice": "proposed"}
    logged: Any = session.get(OperationLog, last["detail"]["operation"])
    assert logged.outcome["outcome"] == "applied"


def test_a_refused_amendment_changes_nothing_but_is_gone(
    session: Session, now: datetime, report: Report, reviewer: Any
) -> None:
    approve(session, now, reviewer, report)
    id = amend(session, now, report)
    before = report.row(session)
    row = resolve(session, now, reviewer, report, id, "current")
    assert (row.version, row.digest, row.approved_version) == (3, before.digest, 3)
    assert row.seq > before.seq
    assert item_of(session, report)["conflicts"] == []


def test_typed_values_answer_an_amendment(
    session: Session, now: datetime, report: Report, reviewer: Any
) -> None:
    approve(session, now, reviewer, report)
    id = amend(session, now, report)
    row = resolve(session, now, reviewer, report, id, "values", {"duration_min": 30})
    assert (row.fields["duration_min"], row.approved_version) == (30, 4)


def test_a_wrong_typed_value_is_told_and_nothing_is_kept(
    session: Session, now: datetime, report: Report, reviewer: Any
) -> None:
    approve(session, now, reviewer, report)
    id = amend(session, now, report)
    for typed in ({"duration_min": "lâu"}, {"clusters_on_air": 3}, {"status": "draft"}, {}):
        with pytest.raises(ProblemError) as caught:
            resolve(session, now, reviewer, report, id, "values", typed)
        session.rollback()
        assert caught.value.problem.slug == "invalid"
        assert caught.value.extras["problems"]
    assert len(item_of(session, report)["conflicts"]) == 1


def test_an_accepted_photo_is_still_its_authors_to_deliver(
    session: Session, now: datetime, report: Report, reviewer: Any
) -> None:
    approve(session, now, reviewer, report)
    photo = make_photo(7)
    id = amend(session, now, report, add={"evidence": [photo.element]})
    resolve(session, now, reviewer, report, id, "proposed")
    assert {each["sha256"] for each in item_of(session, report)["evidence"]} >= {photo.sha256}
    linked = session.scalar(
        select(ActivityEvidence.account_id).where(ActivityEvidence.sha256 == photo.sha256)
    )
    assert linked == report.author.id


def test_an_approved_report_is_withdrawn_by_consent(
    session: Session, now: datetime, report: Report, reviewer: Any
) -> None:
    approve(session, now, reviewer, report)
    outcome = send(session, now, report.author, "withdraw", report, base=3)
    row = resolve(session, now, reviewer, report, outcome.conflicts[0].id, "proposed")
    assert (row.status, row.version) == ("withdrawn", 4)


def test_figures_follow_an_accepted_amendment(
    session: Session, now: datetime, report: Report, reviewer: Any
) -> None:
    approve(session, now, reviewer, report)
    before = minutes(session, report)
    id = amend(session, now, report, set={"event_date": "2026-10-01"},
               was={"event_date": report.row(session).fields["event_date"]})  # fmt: skip
    resolve(session, now, reviewer, report, id, "proposed")
    days = set(session.scalars(
        select(ActivityCount.event_date).where(ActivityCount.activity_id == report.id)
    ))  # fmt: skip
    assert {day.isoformat() for day in days} == {"2026-10-01"}
    assert minutes(session, report) == before


def test_the_same_answer_twice_is_one_and_another_one_is_late(
    session: Session, now: datetime, report: Report, reviewer: Any
) -> None:
    approve(session, now, reviewer, report)
    id = amend(session, now, report)
    first = resolve(session, now, reviewer, report, id, "proposed")
    again = resolve(session, now, reviewer, report, id, "proposed", version=3)
    assert (again.version, again.seq) == (first.version, first.seq)
    with pytest.raises(ProblemError) as caught:
        resolve(session, now, reviewer, report, id, "current", version=3)
    assert caught.value.problem.slug == "stale-review"
    assert caught.value.extras["differences"][0]["field"] == "duration_min"


def test_nobody_decides_on_what_they_have_not_seen(
    session: Session, now: datetime, report: Report, reviewer: Any
) -> None:
    approve(session, now, reviewer, report)
    first, second = amend(session, now, report), amend(session, now, report, add={
        "evidence": [make_photo(8).element]})  # fmt: skip
    resolve(session, now, reviewer, report, first, "proposed")
    with pytest.raises(ProblemError) as caught:
        resolve(session, now, reviewer, report, second, "proposed", version=3)
    assert caught.value.problem.slug == "stale-review"


def test_who_may_not_decide(session: Session, now: datetime, report: Report, reviewer: Any) -> None:
    approve(session, now, reviewer, report)
    id = amend(session, now, report)
    elsewhere = actor_of(session, make_reviewer(session, now, unit_id="p-04-2025"), now)
    author = actor_of(session, report.author, now)
    for actor, slug in ((elsewhere, "forbidden"), (author, "forbidden")):
        with pytest.raises(ProblemError) as caught:
            resolve(session, now, actor, report, id, "current")
        session.rollback()
        assert caught.value.problem.slug == slug
    with pytest.raises(ProblemError) as caught:
        resolve(session, now, reviewer, report, "no-such", "current")
    assert caught.value.problem.slug == "not-found"


def test_a_reviewers_own_change_is_anothers_to_decide(
    session: Session, now: datetime, report: Report, reviewer: Any
) -> None:
    colleague = actor_of(session, make_reviewer(session, now), now)
    approve(session, now, colleague, report)
    outcome = send(session, now, reviewer, "edit", report, base=3,
                   set={"duration_min": 45}, was={"duration_min": 20})  # fmt: skip
    with pytest.raises(ProblemError) as caught:
        resolve(session, now, reviewer, report, outcome.conflicts[0].id, "proposed")
    session.rollback()
    assert caught.value.problem.slug == "own-work"
    row = resolve(session, now, colleague, report, outcome.conflicts[0].id, "proposed")
    assert row.fields["duration_min"] == 45


def test_two_phones_of_one_author_are_the_authors_to_decide(
    session: Session, now: datetime, report: Report, reviewer: Any
) -> None:
    for was in (20, 15):
        outcome = send(session, now, report.author, "edit", report, base=2,
                       set={"duration_min": was + 10}, was={"duration_min": was})  # fmt: skip
    (conflict,) = item_of(session, report)["conflicts"]
    assert conflict["resolver"] == "author"
    assert conflict["fields"] == [{"field": "duration_min", "current": 30, "mine": 25, "was": 15}]
    base = report.row(session).version
    done = send(session, now, report.author, "resolve", report, base=base,
                was={"duration_min": 30},
                resolve={"conflict": outcome.conflicts[0].id, "choice": "proposed"})  # fmt: skip
    assert done.name == "applied"
    assert report.row(session).fields["duration_min"] == 25


def test_two_authors_are_the_reviewers_to_decide(
    session: Session, now: datetime, report: Report, reviewer: Any
) -> None:
    send(session, now, report.author, "edit", report, base=2,
         set={"duration_min": 30}, was={"duration_min": 20})  # fmt: skip
    other = make_account(session, now)
    outcome = send(session, now, other, "edit", report, base=2,
                   set={"duration_min": 25}, was={"duration_min": 20})  # fmt: skip
    id = outcome.conflicts[0].id
    for account in (other, report.author):
        told = send(session, now, account, "resolve", report, base=3,
                    resolve={"conflict": id, "choice": "current"})  # fmt: skip
        assert (told.name, told.reason) == ("parked", "no_permission")
    page = queries.queue(session, reviewer)
    assert [row.id for row in page.rows] == [report.id]
    assert queries.needs(item_of(session, report)) == ["decision", "conflict"]
    assert resolve(session, now, reviewer, report, id, "proposed").fields["duration_min"] == 25


def test_conflict_and_answer_offered_to_a_restored_server_in_one_batch(
    session: Session, now: datetime, report: Report
) -> None:
    """A conflict's id follows from its operation, so the answer still names it."""
    edits = [
        make_operation("edit", activity=report.id, base=2, set={"duration_min": was + 10},
                       was={"duration_min": was})
        for was in (20, 15)
    ]  # fmt: skip
    answer = make_operation("resolve", activity=report.id, base=3, was={"duration_min": 30},
                            resolve={"conflict": edits[1].id, "choice": "proposed"})  # fmt: skip
    results = activities.apply_batch(
        session, actor_of(session, report.author, now), now, [*edits, answer]
    )
    session.commit()
    assert [each.outcome.name for each in results] == ["applied", "conflict", "applied"]
    assert report.row(session).fields["duration_min"] == 25
    assert item_of(session, report)["conflicts"] == []


def test_the_queue_holds_amendments_and_says_so(
    session: Session, now: datetime, report: Report, reviewer: Any
) -> None:
    approve(session, now, reviewer, report)
    assert queries.queue(session, reviewer).rows == []
    id = amend(session, now, report)
    page = queries.queue(session, reviewer)
    assert ([row.id for row in page.rows], page.counts) == (
        [report.id], {"loudspeaker_broadcast": 1},
    )  # fmt: skip
    assert queries.needs(item_of(session, report)) == ["amendment"]
    assert [row.id for row in conflicts.waiting(session, reviewer)] == [report.id]
    resolve(session, now, reviewer, report, id, "current")
    assert queries.queue(session, reviewer).rows == []
    assert conflicts.waiting(session, reviewer) == []


def test_over_http_the_phone_sees_what_was_decided(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    with clock.frozen(now):
        author = make_account(session, now)
        phone = Phone(client, session, now, author)
        report = make_report(session, now, author=author, duration_min=20)
        reviewer = make_reviewer(session, now)
        approve(session, now, actor_of(session, reviewer, now), report)
        phone.sync()
        phone.save("edit", report.id, set={"duration_min": 45})
        phone.sync()
        (conflict,) = phone.row(report.id)["conflicts"]
        headers = sign_in(client, session, now, reviewer)
        listed = client.get("/api/v1/conflicts").get_json()["items"]
        assert [item["conflicts"][0]["id"] for item in listed] == [conflict["id"]]
        answer = client.post(
            f"/api/v1/activities/{report.id}/conflicts/{conflict['id']}/resolution",
            json={"version": 3, "choice": "proposed"}, headers=headers,
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        assert answer.get_json()["fields"]["duration_min"] == 45
        phone.sync()
        row = phone.row(report.id)
    assert (row["fields"]["duration_min"], row["conflicts"]) == (45, [])
    assert row["approved_version"] == row["version"] == 4
