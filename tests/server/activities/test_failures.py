"""Operations that can't be applied are kept, once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.activities import failures
from server.activities.models import OperationLog, OperationTry
from server.activities.rows import Delivery
from sync.outcome import Parked
from tests.factories.accounts import make_account
from tests.factories.activities import SCOPE, actor_of, new_id

PHONE = Delivery("device-1", 1)


def test_an_unreadable_operation_is_kept_with_its_text(session: Session, now: datetime) -> None:
    actor = actor_of(session, make_account(session, now), now)
    id, parked = new_id(), Parked(reason="malformed")
    for _ in range(2):
        told = failures.park_unreadable(
            session, actor, now, PHONE, id, "h1", None, parked, '{"a": NaN}'
        )
        assert told == parked
    other = failures.park_unreadable(session, actor, now, PHONE, id, "h2", None, parked, "{}")
    assert other.reason == "id_reuse"
    assert session.scalars(select(OperationLog.body)).all() == [{"text": '{"a": NaN}'}]


def test_the_third_failure_parks(session: Session, now: datetime) -> None:
    actor = actor_of(session, make_account(session, now), now)
    id = new_id()
    told = [
        failures.count_failure(session, actor, now, PHONE, id, "h", new_id(), {"id": id}).name
        for _ in range(3)
    ]
    assert told == ["retry", "retry", "parked"]
    assert session.scalars(select(OperationTry.id)).all() == []


def test_a_day_of_failures_parks_too(session: Session, now: datetime) -> None:
    actor = actor_of(session, make_account(session, now), now)
    id = new_id()
    told = [
        failures.count_failure(session, actor, moment, PHONE, id, "h", new_id(), {"id": id}).name
        for moment in (now, now + timedelta(hours=25))
    ]
    assert told == ["retry", "parked"]


def test_waiting_is_noted_from_the_first_time(session: Session, now: datetime) -> None:
    id = new_id()
    waits = [
        failures.waited_too_long(session, now + timedelta(hours=hours), id) for hours in (0, 23, 24)
    ]
    assert waits == [False, False, True]


def test_numbers_are_those_of_the_phone_and_its_epoch(session: Session, now: datetime) -> None:
    session.add(OperationLog(
        id=new_id(), hash="h", account_id="x", device_id="device-1", epoch=1, n=5,
        activity_id=new_id(), outcome={"outcome": "applied"}, received_at=now, body=None,
    ))  # fmt: skip
    session.flush()
    assert set(failures.numbers_taken(session, PHONE, [4, 5])) == {5}
    assert failures.numbers_taken(session, Delivery("device-1", 2), [5]) == {}
    assert failures.numbers_taken(session, Delivery(), [5]) == {}


def test_of_what_cannot_be_read_as_much_is_told_as_can_be() -> None:
    assert failures.told_by({"n": 7, "scope": SCOPE, "kind": "conference"}) == failures.Told(
        7, SCOPE, "conference"
    )
    nothing = failures.Told()
    for raw in ({"n": True, "scope": 3, "kind": []}, {"n": -1}, {"n": 2**53}, [], None, {}):
        assert failures.told_by(raw) == nothing, raw
    deep = "[" * 100_000
    assert failures._told_in(deep) == failures._told_in('{"cut": "') == nothing
