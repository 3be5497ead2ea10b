"""Decisions and photos that arrive, as phones and tallies see them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.activities import operations, queries
from server.activities.models import Activity, ActivityCount
from server.activities.operations import StaleVersion
from server.change_feed import queries as change_feed
from server.problems import ProblemError
from sync import digest
from tests.factories.accounts import make_account
from tests.factories.activities import (
    SCOPE,
    actor_of,
    make_activity,
    make_operation,
    new_id,
)


def decide(session: Session, now: datetime, activity: str, version: int, word: str) -> Any:
    reviewer = make_account(session, now, role="provincial_reviewer", unit_id="p-01-2025")
    status = {"approve": "approved", "return": "returned", "reject": "rejected"}[word]
    review = {"decision": word, "by": {"id": reviewer.id, "name": reviewer.name},
              "at": "2026-11-20T03:00:00.000Z", "remarks": [{"text": "Thiếu giờ"}]}  # fmt: skip
    row = operations.record_decision(
        session, actor_of(session, reviewer, now), now, activity, status, review, version
    )
    session.commit()
    return row


def test_a_decision_moves_status_figure_and_feed(session: Session, now: datetime) -> None:
    activity = make_activity(session, now, make_account(session, now))
    later = now + timedelta(hours=1)
    row = decide(session, later, activity, 2, "approve")
    assert (row.status, row.version, row.approved_version) == ("approved", 3, 3)
    stored = queries.get(session, activity)
    assert stored is not None
    assert stored.seq == change_feed.counters(session, [SCOPE])[SCOPE][0] == 2
    assert stored.changed_at == later
    assert stored.submitted_at == now
    assert set(session.scalars(select(ActivityCount.status))) == {"approved"}
    line = queries.events(session, activity)[-1]
    assert (line["what"], line["version"]) == ("approve", 3)
    assert line["detail"]["remarks"] == [{"text": "Thiếu giờ"}]


def test_a_decision_on_an_older_version_is_refused(session: Session, now: datetime) -> None:
    activity = make_activity(session, now, make_account(session, now))
    with pytest.raises(StaleVersion) as caught:
        decide(session, now, activity, 1, "approve")
    assert caught.value.row.version == 2
    session.rollback()
    assert session.scalars(select(Activity.status)).all() == ["submitted"]


def test_a_decision_on_nothing_is_not_found(session: Session, now: datetime) -> None:
    with pytest.raises(ProblemError, match="not-found"):
        decide(session, now, new_id(), 1, "approve")


def test_what_was_returned_is_corrected_and_sent_again(session: Session, now: datetime) -> None:
    author = make_account(session, now)
    activity = make_activity(session, now, author)
    decide(session, now, activity, 2, "return")
    later = now + timedelta(hours=1)
    steps = [
        make_operation("edit", activity=activity, base=3, set={"note": "đã thêm giờ"}),
        make_operation("submit", activity=activity, base=3),
    ]
    for step in steps:
        result = operations.apply_operation(session, actor_of(session, author, now), later, step)
        session.commit()
    row = queries.get(session, activity)
    assert row is not None
    assert (row.status, row.version, row.submitted_at) == ("submitted", 5, later)
    assert row.review["decision"] == "return"  # what was asked for stays readable
    assert result.status == "submitted"


def test_a_verified_photo_sends_the_row_again_unchanged(session: Session, now: datetime) -> None:
    activity = make_activity(session, now, make_account(session, now))
    before = queries.get(session, activity)
    counter = change_feed.counters(session, [SCOPE])[SCOPE]
    session.rollback()
    operations.touch(session, now, activity)
    session.commit()
    after = queries.get(session, activity)
    assert before is not None
    assert after is not None
    assert (after.version, after.seq) == (before.version, before.seq + 1)
    assert change_feed.counters(session, [SCOPE])[SCOPE] == (after.seq, counter[1])


def test_a_decision_and_a_photo_in_one_transaction(session: Session, now: datetime) -> None:
    activity = make_activity(session, now, make_account(session, now))
    reviewer = make_account(session, now, role="provincial_reviewer", unit_id="p-01-2025")
    actor = actor_of(session, reviewer, now)
    session.rollback()
    operations.touch(session, now, activity)
    review = {"decision": "approve", "by": {}, "at": None, "remarks": []}
    operations.record_decision(session, actor, now, activity, "approved", review, 2)
    session.commit()
    row = queries.get(session, activity)
    assert row is not None
    assert (row.version, row.seq) == (3, 2)
    assert change_feed.counters(session, [SCOPE])[SCOPE][1] == digest.to_text(
        digest.add(0, None, (activity, 3))
    )
