"""Decisions hold for what was seen, for those who may, and for nothing else."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import problems
from server.accounts.models import Account
from server.activities import operations as activities
from server.activities.models import ActivityCount, Conflict
from server.http.transaction import writing
from server.problems import Problem, ProblemError
from server.reviews import queries
from server.reviews.operations import decide
from tests.factories.accounts import make_account
from tests.factories.activities import SCOPE, actor_of, make_activity, make_operation
from tests.factories.evidence import make_photo
from tests.factories.reviews import Report, make_report, make_reviewer, send_photo

REMARK = {"text": "Ảnh mờ, anh/chị chụp lại giúp."}


def _decide(
    session: Session, now: datetime, who: Account, report: Report, decision: str = "approve",
    **changed: Any,
) -> Any:  # fmt: skip
    row = report.row(session)
    actor = actor_of(session, who, now)
    remarks = [] if decision == "approve" else [REMARK]
    given = {"version": row.version, "digest": row.digest, "remarks": remarks, **changed}
    with writing() as written:
        decide(written, actor, now, report.id, decision, **given)
    return report.row(session)


def _refused(problem: Problem, *arguments: Any, **changed: Any) -> dict[str, Any]:
    with pytest.raises(ProblemError) as raised:
        _decide(*arguments, **changed)
    assert raised.value.problem is problem
    return raised.value.extras


def _edit(session: Session, now: datetime, report: Report, **values: Any) -> None:
    row = report.row(session)
    operation = make_operation(
        "edit", activity=report.id, scope=row.scope, base=row.version, set=values,
        was={name: row.fields.get(name) for name in values},
    )  # fmt: skip
    result = activities.apply_operation(
        session, actor_of(session, report.author, now), now, operation
    )
    assert result.outcome.name == "applied", result
    session.commit()


def _a_text_field(session: Session, report: Report) -> str:
    fields = report.row(session).fields
    return next(name for name, value in fields.items() if name == "note" or (
        isinstance(value, int) and not isinstance(value, bool)))  # fmt: skip


def test_an_approval_counts_and_tells_the_author(session: Session, now: datetime) -> None:
    report, reviewer = make_report(session, now), make_reviewer(session, now)
    before = report.row(session)
    row = _decide(session, now, reviewer, report)
    assert row.status == "approved"
    assert (row.version, row.approved_version) == (before.version + 1, before.version + 1)
    assert row.seq > before.seq
    assert row.digest == before.digest
    assert row.review["decision"] == "approve"
    assert row.review["by"] == {"id": reviewer.id, "name": "Trần Minh Khôi"}
    counted = session.scalars(
        select(ActivityCount.status).where(ActivityCount.activity_id == report.id)
    ).all()
    assert counted
    assert set(counted) == {"approved"}
    (decision,) = queries.decisions(session, report.id)
    assert (decision.decision, decision.version) == ("approve", before.version)


def test_returned_fixed_submitted_approved(session: Session, now: datetime) -> None:
    report, reviewer = make_report(session, now), make_reviewer(session, now)
    circle = {**REMARK, "evidence": report.photos[0].sha256, "circle": [0.4, 0.5, 0.1]}
    row = _decide(session, now, reviewer, report, "return", remarks=[circle])
    assert (row.status, row.review["remarks"]) == ("returned", [circle])
    field = _a_text_field(session, report)
    _edit(session, now, report, **{field: row.fields[field]})
    row = report.row(session)
    submit = make_operation("submit", activity=report.id, scope=SCOPE, base=row.version)
    activities.apply_operation(session, actor_of(session, report.author, now), now, submit)
    session.commit()
    assert report.row(session).status == "submitted"
    assert _decide(session, now, reviewer, report).status == "approved"
    assert [each.decision for each in queries.decisions(session, report.id)] == [
        "return", "approve",
    ]  # fmt: skip


def test_a_decision_on_an_older_version_shows_what_changed(session: Session, now: datetime) -> None:
    report, reviewer = make_report(session, now), make_reviewer(session, now)
    seen = report.row(session)
    field = _a_text_field(session, report)
    _edit(session, now, report, **{field: seen.fields[field] + 1})
    extras = _refused(problems.STALE_REVIEW, session, now, reviewer, report,
                      version=seen.version, digest=seen.digest)  # fmt: skip
    assert extras["differences"] == [
        {"field": field, "before": seen.fields[field], "after": seen.fields[field] + 1}
    ]
    assert extras["version"] == seen.version + 1
    assert report.row(session).status == "submitted"


def test_a_photo_that_came_since_is_a_difference(session: Session, now: datetime) -> None:
    report, reviewer = make_report(session, now), make_reviewer(session, now)
    seen, extra = report.row(session), make_photo(7)
    operation = make_operation(
        "edit", activity=report.id, scope=SCOPE, base=seen.version,
        add={"evidence": [extra.element]}, remove={"evidence": [report.photos[0].sha256]},
    )  # fmt: skip
    activities.apply_operation(session, actor_of(session, report.author, now), now, operation)
    session.commit()
    extras = _refused(problems.STALE_REVIEW, session, now, reviewer, report, "return",
                      version=seen.version, digest=seen.digest)  # fmt: skip
    assert extras["differences"] == [
        {"field": "evidence", "added": [extra.sha256], "removed": [report.photos[0].sha256]}
    ]


def test_of_two_reviewers_at_once_exactly_one_wins(
    app: Flask, session: Session, now: datetime
) -> None:
    report = make_report(session, now)
    people = [make_reviewer(session, now, name=f"Người duyệt {n}") for n in range(4)]
    actors = [actor_of(session, who, now) for who in people]
    row = report.row(session)
    session.rollback()
    verdicts: list[str] = []
    gate = threading.Barrier(len(actors))

    def act(number: int) -> None:
        decision = "approve" if number % 2 else "reject"
        with app.app_context():
            gate.wait()
            try:
                with writing() as written:
                    decide(written, actors[number], now, report.id, decision, row.version,
                           row.digest, [] if number % 2 else [REMARK])  # fmt: skip
                verdicts.append("won")
            except ProblemError as error:
                verdicts.append(error.problem.slug)

    threads = [threading.Thread(target=act, args=(number,)) for number in range(len(actors))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(verdicts) == ["stale-review"] * 3 + ["won"]
    assert len(queries.decisions(session, report.id)) == 1


def test_a_lost_answer_is_answered_again(session: Session, now: datetime) -> None:
    report, reviewer = make_report(session, now), make_reviewer(session, now)
    seen = report.row(session)
    first = _decide(session, now, reviewer, report)
    again = _decide(session, now, reviewer, report, version=seen.version, digest=seen.digest)
    assert again.version == first.version
    assert len(queries.decisions(session, report.id)) == 1
    other = make_reviewer(session, now, name="Người khác")
    _refused(problems.STALE_REVIEW, session, now, other, report,
             version=seen.version, digest=seen.digest)  # fmt: skip


def test_photos_that_have_not_arrived_hold_an_approval_back(
    session: Session, now: datetime
) -> None:
    report, reviewer = make_report(session, now, sent=False), make_reviewer(session, now)
    send_photo(now, report.author.id, report.photos[0])
    extras = _refused(problems.EVIDENCE_MISSING, session, now, reviewer, report)
    assert [each["sha256"] for each in extras["missing"]] == [report.photos[1].sha256]
    _refused(problems.EVIDENCE_MISSING, session, now, reviewer, report, override={"reason": " "})
    row = _decide(session, now, reviewer, report, override={"reason": "Đã xem sổ tại xã"})
    assert row.status == "approved"
    (decision,) = queries.decisions(session, report.id)
    assert decision.override == {
        "reason": "Đã xem sổ tại xã", "missing": [report.photos[1].sha256], "conflicts": [],
    }  # fmt: skip


def test_what_is_returned_need_not_have_its_photos(session: Session, now: datetime) -> None:
    report, reviewer = make_report(session, now, sent=False), make_reviewer(session, now)
    assert _decide(session, now, reviewer, report, "return").status == "returned"


def test_an_override_that_was_not_needed_is_not_recorded(session: Session, now: datetime) -> None:
    report, reviewer = make_report(session, now), make_reviewer(session, now)
    row = _decide(session, now, reviewer, report, override={"reason": "Cho chắc"})
    assert "override" not in row.review
    assert queries.decisions(session, report.id)[0].override is None


def test_a_photo_of_somebody_else_is_no_evidence(session: Session, now: datetime) -> None:
    """Who names a hash has not delivered it."""
    report = make_report(session, now)
    thief = make_account(session, now, name="Người khác")
    copied = make_report(session, now, author=thief, photos=report.photos, sent=False)
    reviewer = make_reviewer(session, now)
    extras = _refused(problems.EVIDENCE_MISSING, session, now, reviewer, copied)
    assert len(extras["missing"]) == 2


def test_an_open_conflict_holds_an_approval_back(session: Session, now: datetime) -> None:
    report, reviewer = make_report(session, now), make_reviewer(session, now)
    session.add(Conflict(id="c1", activity_id=report.id, operation_id="o1", kind="fields",
                         field_values=[], opened_at=now))  # fmt: skip
    session.commit()
    extras = _refused(problems.OPEN_CONFLICT, session, now, reviewer, report)
    assert extras["conflicts"][0]["id"] == "c1"
    row = _decide(session, now, reviewer, report, override={"reason": "Đã hỏi lại"})
    assert row.review["override"]["conflicts"] == ["c1"]


@pytest.mark.parametrize("decision", ["approve", "return", "reject"])
def test_what_is_not_submitted_cannot_be_decided(
    session: Session, now: datetime, decision: str
) -> None:
    author, reviewer = make_account(session, now), make_reviewer(session, now)
    draft = Report(make_activity(session, now, author, submitted=False), author, ())
    extras = _refused(problems.DECISION_IMPOSSIBLE, session, now, reviewer, draft, decision)
    assert extras["activity_status"] == "draft"
    done = make_report(session, now, author=author)
    _decide(session, now, reviewer, done)
    extras = _refused(problems.DECISION_IMPOSSIBLE, session, now, reviewer, done, decision)
    assert "đề nghị sửa" in extras["vi"]


def test_sending_back_without_a_word_is_refused(session: Session, now: datetime) -> None:
    report, reviewer = make_report(session, now), make_reviewer(session, now)
    extras = _refused(problems.INVALID, session, now, reviewer, report, "return", remarks=[])
    assert extras["problems"][0]["code"] == "required"


def test_nobody_decides_on_their_own_work(session: Session, now: datetime) -> None:
    reviewer = make_reviewer(session, now)
    own = make_report(session, now, author=reviewer)
    _refused(problems.OWN_WORK, session, now, reviewer, own)
    page = queries.queue(session, actor_of(session, reviewer, now))
    assert page.rows == []


@pytest.mark.parametrize(
    ("role", "unit_id"),
    [("provincial_reviewer", "p-79-2025"), ("collaborator", "c-00004-2025"),
     ("planner", "vn"), ("auditor", "vn"), ("administrator", "vn")],
)  # fmt: skip
def test_others_may_not_decide(session: Session, now: datetime, role: str, unit_id: str) -> None:
    report = make_report(session, now)
    other = make_account(session, now, role=role, unit_id=unit_id, name="Người khác")  # type: ignore[arg-type]
    _refused(problems.FORBIDDEN, session, now, other, report)
    assert report.row(session).status == "submitted"


def test_what_is_not_there_is_not_found(session: Session, now: datetime) -> None:
    actor = actor_of(session, make_reviewer(session, now), now)
    with pytest.raises(ProblemError) as raised, writing() as written:
        decide(written, actor, now, "no-such-id", "approve", 1, "0" * 16, [])
    assert raised.value.problem is problems.NOT_FOUND
