"""Communes merged and divided while phones go on writing: nothing is lost, nothing is twice."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import clock
from server.activities import moving
from server.activities.models import Activity, ActivityCount
from server.activities.waiting_models import ParkedOperation
from server.change_feed import moves
from server.change_feed import queries as change_feed
from server.database import db
from server.http.actor import SYSTEM
from sync import digest
from tests.factories.accounts import make_account
from tests.factories.activities import (
    Phone,
    actor_of,
    example,
    make_activity,
    make_operation,
    make_phone,
    new_id,
    wire,
)
from tests.factories.acts import DIVISION, MERGER, NEW_MERGER, carry_out, record

OLD, NEW = "commune:c-00008-2025", "commune:c-00004-2025"
PARTS = ["commune:c-99991-2026", "commune:c-99992-2026"]
LAST = "commune:c-00025-2025"
NEXT_MERGER = """
date: 2026-11-21
changes:
  - merge: [c-00004-2025, c-00025-2025]
    into: {code: "00025", name: Giảng Võ, type: phường}
"""


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """The acts of these tests are of the tests' own day."""
    monkeypatch.setattr(clock, "now", lambda: now)


def scopes(session: Session) -> dict[str, str]:
    session.rollback()
    return {row.id: row.scope for row in session.execute(select(Activity.id, Activity.scope))}


def assert_digests(session: Session, *names: str) -> None:
    """Each scope's digest is the sum of the rows that lie in it."""
    session.rollback()
    for name in names:
        rows = session.execute(select(Activity.id, Activity.version).where(Activity.scope == name))
        total = 0
        for row in rows:
            total = digest.add(total, None, (row.id, row.version))
        assert change_feed.counters(session, [name])[name][1] == digest.to_text(total), name


def test_activities_follow_their_commune(session: Session, now: datetime) -> None:
    author = make_account(session, now, unit_id="c-00008-2025")
    made = [make_activity(session, now, author, scope=OLD) for _ in range(5)]
    there = make_activity(session, now, make_account(session, now))
    assert carry_out(session, now, limit=2) == 5
    assert scopes(session) == dict.fromkeys([*made, there], NEW)
    assert_digests(session, OLD, NEW)
    rows = session.execute(select(Activity).where(Activity.id.in_(made))).scalars().all()
    # The commune of the day of the event stays what it was.
    assert {(row.commune_id, row.unit_id, row.version) for row in rows} == {
        ("c-00004-2025", "c-00008-2025", 2)
    }
    assert len({row.seq for row in rows}) == 5
    counted = session.execute(select(ActivityCount.scope, ActivityCount.commune_id)).all()
    assert set(counted) == {(NEW, "c-00004-2025")}
    left = moves.moved_after(session, OLD, 0, 100)
    assert {(row.row_id, row.moved_to) for row in left} == {(each, NEW) for each in made}
    assert moving.left_in(session, [OLD, NEW]) == {OLD: 0, NEW: 6}


def test_nothing_moves_before_the_day(session: Session, now: datetime) -> None:
    later = MERGER.replace("2026-11-20", "2026-11-21")
    author = make_account(session, now, unit_id="c-00008-2025")
    activity = make_activity(session, now, author, scope=OLD)
    assert carry_out(session, now, later) == 0
    assert scopes(session) == {activity: OLD}


def test_a_phone_follows_and_shows_all_the_time(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now, unit_id="c-00008-2025")
    made = [_record(phone, OLD) for _ in range(3)]
    phone.sync(rounds=2)
    pending = phone.save("edit", made[0], set={"topics": ["bhtn"]})
    record(session, now, MERGER)
    moving.carry_out_due(session, SYSTEM, now)
    session.commit()
    assert moving.move_some(session, now, 2) == 2
    session.commit()
    phone.sync()  # one is still on its way
    assert set(phone.replica.scopes) >= {OLD, NEW}
    assert sorted(phone.replica.activities()) == sorted(made)
    assert phone.answers[-1]["grants"]["moved"] == {}
    assert [told["outcome"] for told in phone.answers[-1]["outcomes"]] == ["applied"]
    assert phone.answers[-1]["outcomes"][0]["id"] == pending
    while moving.move_some(session, now) is not None:
        session.commit()
    session.rollback()
    phone.sync()
    assert phone.answers[-1]["grants"] == {"added": [], "dropped": [], "moved": {OLD: NEW}}
    assert OLD not in phone.replica.scopes
    assert sorted(phone.replica.activities()) == sorted(made)
    phone.sync(rounds=2)
    assert phone.replica.rereads == 0
    assert {phone.row(each)["scope"] for each in made} == {NEW}
    assert phone.answers[-1]["changes"] == {}


def test_a_phone_that_was_away_all_the_time(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    """It comes back after the merger with work made before: all of it arrives."""
    phone = make_phone(client, session, now, unit_id="c-00008-2025")
    known = _record(phone, OLD)
    phone.sync(rounds=2)
    fresh = _record(phone, OLD)
    phone.save("edit", known, set={"topics": ["bhtn"]})
    phone.save("submit", fresh)
    carry_out(session, now)
    outcomes = phone.sync()
    assert [each["outcome"] for each in outcomes] == ["applied"] * 3
    assert {each["scope"] for each in outcomes} == {NEW}
    phone.sync(rounds=2)
    assert phone.replica.rereads == 0
    assert sorted(phone.replica.activities()) == sorted([known, fresh])
    assert phone.row(known)["fields"]["topics"] == ["bhtn"]
    assert set(scopes(session).values()) == {NEW}
    assert_digests(session, OLD, NEW)


def test_a_chain_of_mergers(client: FlaskClient, session: Session, now: datetime) -> None:
    phone = make_phone(client, session, now, unit_id="c-00008-2025")
    activity = _record(phone, OLD)
    phone.sync(rounds=2)
    carry_out(session, now, MERGER)
    carry_out(session, now.replace(day=21), NEXT_MERGER)
    last = LAST
    phone.save("edit", activity, set={"topics": ["bhtn"]})
    assert [each["outcome"] for each in phone.sync()] == ["applied"]
    assert phone.answers[-1]["grants"]["moved"] == {OLD: last}
    phone.sync(rounds=2)
    assert phone.row(activity)["scope"] == last
    assert phone.replica.rereads == 0
    assert_digests(session, OLD, NEW, last)


def test_rows_between_two_mergers_stay_in_sight(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    """The phone knows the first commune only, and its rows are still in the second one."""
    phone = make_phone(client, session, now, unit_id="c-00008-2025")
    made = [_record(phone, OLD) for _ in range(3)]
    phone.sync(rounds=2)
    carry_out(session, now, MERGER)
    record(session, now, NEXT_MERGER)
    moving.carry_out_due(session, SYSTEM, now.replace(day=21))
    session.commit()
    assert moving.move_some(session, now, 1) == 1
    session.commit()
    phone.sync()
    assert sorted(phone.replica.activities()) == sorted(made)
    assert phone.answers[-1]["grants"]["added"] == [LAST, NEW]
    assert list(phone.answers[-1]["changes"])[-1] == LAST  # what left a feed is read before
    phone.sync()
    assert {phone.row(each)["scope"] for each in made} == {NEW, LAST}
    while moving.move_some(session, now) is not None:
        session.commit()
    session.rollback()
    phone.sync(rounds=3)
    assert {phone.row(each)["scope"] for each in made} == {LAST}
    assert {scope for scope in phone.replica.scopes if scope.startswith("commune:")} == {LAST}
    assert phone.answers[-1]["changes"] == {}


def test_what_names_a_place_of_another_life_is_taken_where_its_activity_lies(
    session: Session, now: datetime
) -> None:
    """The merger was carried out after the backup from which the server was restored."""
    author = make_account(session, now, unit_id="c-00008-2025")
    activity = make_activity(session, now, author, scope=OLD)
    edit = make_operation("edit", activity=activity, scope="commune:c-99990-2026", base=2,
                          incarnation=new_id(), set={"topics": ["bhtn"]}, was={})  # fmt: skip
    (result,) = _apply(session, now, author, edit)
    assert result.outcome.name in ("merged", "conflict")
    assert result.scope == OLD
    life = change_feed.life(session)
    assert life is not None
    stray = make_operation("edit", activity=activity, scope="commune:c-99990-2026", base=2,
                           incarnation=life[0], set={"topics": ["bhyt"]})  # fmt: skip
    (result,) = _apply(session, now, author, stray)
    assert (result.outcome.name, result.outcome.reason) == ("parked", "wrong_scope")


def test_an_old_name_from_before_the_reform(session: Session, now: datetime) -> None:
    """Văn Miếu of before the reform and an event of then: filed today, named as it was."""
    author = make_account(session, now)
    create = make_operation(scope="commune:c-00004-old", set=example(event_date="2025-03-03"))
    _apply(session, now, author, create)
    row = session.execute(select(Activity)).scalar_one()
    assert (row.scope, row.unit_id) == (NEW, "c-00004-old")
    was = {"topics": row.fields["topics"]}
    edit = make_operation("edit", activity=create.activity, scope=NEW, base=1, after=create.id,
                          set={"topics": ["bhtn"]}, was=was)  # fmt: skip
    (result,) = _apply(session, now, author, edit)
    assert result.outcome.name == "applied"
    session.expire_all()
    assert session.execute(select(Activity.unit_id)).scalar_one() == "c-00004-old"


def test_the_version_of_the_day_stays_after_the_merger(session: Session, now: datetime) -> None:
    author = make_account(session, now, unit_id="c-00008-2025")
    activity = make_activity(session, now, author, scope=OLD)
    carry_out(session, now, NEW_MERGER)
    session.expire_all()

    def edit(**patch: Any) -> str:
        row = session.get_one(Activity, activity)
        was = {name: row.fields.get(name) for name in patch}
        operation = make_operation("edit", activity=activity, scope=OLD, base=row.version,
                                   set=patch, was=was)  # fmt: skip
        (result,) = _apply(session, now, author, operation)
        assert result.outcome.name == "applied", result
        session.expire_all()
        return session.get_one(Activity, activity).unit_id

    assert edit(topics=["bhtn"]) == "c-00008-2025"
    assert edit(event_date="2026-11-20") == "c-99990-2026"  # the day of the merger
    assert edit(event_date="2026-11-19") == "c-99990-2026"  # what was there before is not known


def test_a_divided_commune_asks_for_the_place(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now, unit_id="c-00008-2025")
    known = _record(phone, OLD)
    phone.sync(rounds=2)
    fresh = _record(phone, OLD)
    phone.save("edit", known, set={"topics": ["bhtn"]})
    carry_out(session, now, DIVISION)
    assert scopes(session) == {known: PARTS[0]}  # the heir that the act names
    parked, edited = phone.sync()
    assert (edited["outcome"], edited["scope"]) == ("applied", PARTS[0])
    assert (parked["outcome"], parked["reason"]) == ("parked", "area_choice")
    (problem,) = parked["problems"]
    assert [option["scope"] for option in problem["options"]] == PARTS
    assert [option["name"] for option in problem["options"]] == [
        "Phường Ngọc Hà Đông", "Phường Ngọc Hà Tây",
    ]  # fmt: skip
    phone.replica.resend(parked["id"], new_id(), {}, scope=PARTS[1])
    assert [each["outcome"] for each in phone.sync()] == ["applied"]
    waited = session.get_one(ParkedOperation, parked["id"])
    assert (waited.settlement, waited.settled_by) == ("instead", waited.author_id)
    assert scopes(session) == {known: PARTS[0], fresh: PARTS[1]}
    phone.sync(rounds=2)
    assert set(phone.replica.scopes) >= set(PARTS)
    assert_digests(session, OLD, *PARTS)


def test_what_waits_for_a_reviewer_moves_along(session: Session, now: datetime) -> None:
    author = make_account(session, now, unit_id="c-00008-2025")
    invalid = make_operation(scope=OLD, set=example(duration_min=-5))
    _apply(session, now, author, invalid)
    carry_out(session, now)
    row = session.get_one(ParkedOperation, invalid.id)
    assert (row.scope, row.commune_id) == (NEW, "c-00004-2025")


def test_who_may_write_nowhere_there_is_told_so(session: Session, now: datetime) -> None:
    carry_out(session, now, DIVISION)
    stranger = make_account(session, now)
    (result,) = _apply(session, now, stranger, make_operation(scope=OLD))
    assert result.outcome.reason == "no_permission"


def test_a_merger_while_phones_push(app: Flask, session: Session, now: datetime) -> None:
    """Two phones write without pause while their commune is merged away: each activity ends in
    one feed, both digests are right, every operation had an effect once (I15)."""
    phones = [make_phone(app.test_client(), session, now, unit_id="c-00008-2025") for _ in "ab"]
    for phone in phones:
        _record(phone, OLD)
        phone.sync()
    record(session, now, MERGER)
    session.rollback()
    merged, stop = threading.Event(), threading.Event()
    told: list[dict[str, Any]] = []
    failed: list[BaseException] = []

    def push(phone: Phone) -> None:
        try:
            with app.app_context():
                after = 0
                while after < 3:
                    after += merged.is_set()
                    for activity in phone.replica.activities()[-2:]:
                        phone.save("edit", activity, set={"topics": ["bhtn"]})
                    _record(phone, OLD)
                    told.extend(phone.sync())
                    if stop.is_set():
                        break
                db.session.remove()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=push, args=(phone,)) for phone in phones]
    for thread in threads:
        thread.start()
    try:
        _merge(now)
        merged.set()
        for thread in threads:
            thread.join(60)
    finally:
        stop.set()
    assert not failed, failed
    assert [each for each in told if each["outcome"] != "applied"] == []
    while moving.move_some(session, now) is not None:
        session.commit()
    found = scopes(session)
    assert set(found.values()) == {NEW}
    assert_digests(session, OLD, NEW)
    for phone in phones:
        with app.app_context():
            phone.sync(rounds=3)
            assert not phone.replica.outbox
            assert set(phone.replica.activities()) == set(found)
            db.session.remove()


def _merge(now: datetime) -> None:
    """Carry out, then move one activity a transaction."""
    from server.http.transaction import writing

    with writing() as session:
        moving.carry_out_due(session, SYSTEM, now)
    while True:
        with writing() as session:
            if moving.move_some(session, now, 1) is None:
                return


def _record(phone: Phone, scope: str) -> str:
    activity = new_id()
    made = wire(activity=activity, scope=scope)
    content = {name: made[name] for name in ("kind", "kind_version", "set", "add")}
    phone.replica.save("create", made["id"], activity, scope=scope, **content)
    return activity


def _apply(session: Session, now: datetime, author: Any, *operations: Any) -> Any:
    from server.activities.operations import apply_batch

    done = apply_batch(session, actor_of(session, author, now), now, list(operations))
    session.commit()
    return done
