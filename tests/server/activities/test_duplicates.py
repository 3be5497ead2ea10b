"""Who finds whom: one after another, in the same moment, and once more. What is alike: `likeness`;
what a reviewer makes of a pair: `reviews`."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from server.accounts.models import Account
from server.activities import operations, queries
from server.activities.waiting_models import PossibleDuplicate
from server.database import db
from server.http.transaction import writing
from sync.operation import Operation
from tests.factories.accounts import make_account
from tests.factories.activities import (
    SCOPE,
    actor_of,
    example,
    make_operation,
    make_phone,
    photo,
)  # fmt: skip

BESIDE = "commune:c-00008-2025"


def report(name: str, scope: str = SCOPE, **fields: Any) -> list[Operation]:
    """Create and submit, with the photo `name`."""
    create = make_operation(
        scope=scope, set=example(start_time="07:00", **fields), add={"evidence": [photo(name)]}
    )
    return [create, make_operation("submit", activity=create.activity, scope=scope, base=1,
                                   after=create.id)]  # fmt: skip


def pairs(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    rows = session.execute(select(PossibleDuplicate.first_id, PossibleDuplicate.second_id))
    return [(row.first_id, row.second_id) for row in rows]


def two_people(session: Session, now: datetime, beside: str = SCOPE) -> tuple[Account, Account]:
    return (
        make_account(session, now),
        make_account(session, now, unit_id=beside.partition(":")[2], name="Lò Văn Phúc"),
    )


def _wait_until_somebody_waits(kind: str, thread: threading.Thread) -> None:
    """Until the other writer stands before a lock (SQLite: at the door of its only writer)."""
    if kind == "sqlite":
        return
    with db.engine.connect() as watcher:
        for _ in range(3000):
            waiting = watcher.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))
            if waiting.scalar_one() or not thread.is_alive():
                return
            watcher.rollback()
            time.sleep(0.01)
    raise AssertionError("nobody waits")


@pytest.mark.parametrize("beside", [SCOPE, BESIDE])
def test_two_of_the_same_moment_are_found_when_a_photo_arrives_at_the_latest(
    app: Flask, session: Session, now: datetime, beside: str
) -> None:
    """The second one writes while the first has written and not yet committed."""
    people = two_people(session, now, beside)
    actors = [actor_of(session, each, now) for each in people]
    first, second = report("same"), report("same", beside)
    kind = db.engine.dialect.name
    failed: list[BaseException] = []

    def submit_second() -> None:
        try:
            with app.app_context(), writing() as session:
                operations.apply_batch(session, actors[1], now, second)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=submit_second)
    with writing() as one:
        operations.apply_batch(one, actors[0], now, first)
        thread.start()
        if beside == SCOPE:
            _wait_until_somebody_waits(kind, thread)
        elif kind == "postgresql":
            thread.join()  # another commune's counter: nobody waits, and neither sees the other
    thread.join()
    assert not failed
    both = {first[0].activity, second[0].activity}
    if beside == SCOPE:
        assert [set(pair) for pair in pairs(session)] == [both]
    with writing() as later:
        operations.touch(later, now, first[0].activity)
    assert [set(pair) for pair in pairs(session)] == [both]


def test_an_approval_looks_again_and_shows_the_other_one(session: Session, now: datetime) -> None:
    people = two_people(session, now, BESIDE)
    sent = [report("same"), report("same", BESIDE)]
    for who, operations_of in zip(people, sent, strict=True):
        operations.apply_batch(session, actor_of(session, who, now), now, operations_of)
        session.commit()
    session.execute(PossibleDuplicate.__table__.delete())  # type: ignore[attr-defined]
    session.commit()  # as if both had come in the same moment
    ids = [each[0].activity for each in sent]
    seqs = [_row(session, id).seq for id in ids]
    boss = make_account(session, now, role="provincial_reviewer", unit_id="p-01-2025")
    review = {"decision": "approve", "by": {}, "at": None, "remarks": []}
    operations.record_decision(
        session, actor_of(session, boss, now), now, ids[0], "approved", review, 2
    )
    session.commit()
    assert [set(pair) for pair in pairs(session)] == [set(ids)]
    assert [_row(session, id).seq for id in ids] == [seq + 1 for seq in seqs]
    with writing() as later:
        operations.touch(later, now, ids[1])
    assert _row(session, ids[0]).seq == seqs[0] + 1, "what is known is not told again"


def _row(session: Session, id: str) -> Any:
    return queries.get(session, id)


def test_who_submits_the_second_one_is_told_in_the_same_answer(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phones = [make_phone(client, session, now, name=name) for name in ("Lò Thị Mai", "Vi Văn An")]
    made = []
    for phone in phones:
        made.append(phone.record())
        phone.save("submit", made[-1])
        phone.sync(rounds=2)
    assert phones[1].row(made[1])["possible_duplicates"] == [made[0]]
