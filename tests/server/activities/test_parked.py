"""Whatever is parked has a row with its place, readable or not. Settling: `reviews`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server.activities import failures
from server.activities import operations as activities
from server.activities.operations import Delivery
from server.activities.waiting_models import ParkedOperation
from sync.outcome import Parked
from tests.factories.accounts import make_account
from tests.factories.activities import (
    SCOPE,
    actor_of,
    example,
    make_operation,
    make_phone,
    new_id,
)  # fmt: skip


def row_of(session: Session, id: str) -> Any:
    session.commit()
    return session.get(ParkedOperation, id)


def test_one_that_was_refused_by_a_rule(session: Session, now: datetime) -> None:
    author = make_account(session, now)
    wrong = make_operation(set=example(duration_min="lâu"))
    activities.apply_batch(session, actor_of(session, author, now), now, [wrong])
    row = row_of(session, wrong.id)
    assert (row.reason, row.scope, row.commune_id, row.province_code) == (
        "invalid", SCOPE, "c-00004-2025", "01",
    )  # fmt: skip
    assert (row.author_id, row.kind, row.settled_at) == (author.id, wrong.kind, None)


def test_ones_that_could_not_be_read(session: Session, now: datetime) -> None:
    actor = actor_of(session, make_account(session, now), now)
    texts = {
        f'{{"scope": "{SCOPE}", "kind": "conference", "set": 3}}': "c-00004-2025",
        '{"scope": "commune:\\u0000", "kind": ["a"]}': None,
        '{"scope": "commune:c-99999-2025"}': None,
        "[1]": None,
        '{"cut': None,
    }
    for text, commune_id in texts.items():
        id = new_id()
        failures.park_unreadable(
            session, actor, now, Delivery(), id, "h", None, Parked("malformed"), text
        )
        row = row_of(session, id)
        assert (row.reason, row.commune_id, row.activity_id) == ("malformed", commune_id, "")


def test_one_over_which_our_own_code_fails(session: Session, now: datetime) -> None:
    actor = actor_of(session, make_account(session, now), now)
    wrong = make_operation()
    for _ in range(3):
        failures.count_failure(
            session, actor, now, Delivery(), wrong.id, wrong.hash, wrong.activity, wrong.to_wire()
        )
    assert row_of(session, wrong.id).reason == "bug"


def test_what_its_author_sends_in_its_stead_settles_it_with_what_waited_behind_it(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now)
    activity = phone.record(duration_min=-5)
    phone.save("submit", activity)
    create, submit = phone.sync()
    assert (create["reason"], submit["reason"]) == ("invalid", "after_parked")
    first, second = new_id(), new_id()
    phone.replica.resend(create["id"], first, {"duration_min": 5})
    phone.replica.resend(submit["id"], second, {})
    phone.sync(rounds=2)
    assert phone.row(activity)["status"] == "submitted"
    settled = [
        (row.settlement, row.successor_id)
        for row in (row_of(session, each["id"]) for each in (create, submit))
    ]
    assert settled == [("instead", first), ("instead", second)]


def test_one_operation_settles_all_whose_content_it_joins(session: Session, now: datetime) -> None:
    actor = actor_of(session, make_account(session, now), now)
    wrong = [make_operation(set=example(duration_min="lâu")) for _ in range(2)]
    activities.apply_batch(session, actor, now, wrong)
    joined = make_operation(instead=wrong[0].id, also=[wrong[1].id])
    activities.apply_batch(session, actor, now, [joined])
    found = [row_of(session, each.id) for each in wrong]
    assert [(row.settlement, row.successor_id) for row in found] == [("instead", joined.id)] * 2


def test_nobody_settles_what_another_wrote_by_naming_it(session: Session, now: datetime) -> None:
    author, other = make_account(session, now), make_account(session, now, name="Lò Văn Phúc")
    wrong = make_operation(set=example(duration_min="lâu"))
    activities.apply_batch(session, actor_of(session, author, now), now, [wrong])
    fresh = make_operation(instead=wrong.id)
    activities.apply_batch(session, actor_of(session, other, now), now, [fresh])
    assert row_of(session, wrong.id).settled_at is None


@pytest.mark.parametrize("reader", ["rules", "failures"])
def test_what_came_in_its_stead_settles_it_also_if_it_comes_later(
    session: Session, now: datetime, reader: str
) -> None:
    """After a restoration of the server a courier's file may bring the correction first."""
    author, other = make_account(session, now), make_account(session, now, name="Lò Văn Phúc")
    actor = actor_of(session, author, now)
    wrong = make_operation(set=example(duration_min="lâu"))
    strange, mended = make_operation(instead=wrong.id), make_operation(instead=wrong.id)
    activities.apply_batch(session, actor_of(session, other, now), now, [strange])
    activities.apply_batch(session, actor, now, [mended])
    assert row_of(session, wrong.id) is None
    if reader == "rules":
        activities.apply_batch(session, actor, now, [wrong])
    else:
        failures.park_unreadable(
            session, actor, now, Delivery(), wrong.id, "h", None, Parked("malformed"), "[1]"
        )
    row = row_of(session, wrong.id)
    assert (row.settlement, row.successor_id, row.settled_at) == ("instead", mended.id, now)
