"""Rows written in bulk are the rows that single insertions write, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.orm import Session

from server.activities.models import Activity, ActivityEvent, OperationLog
from server.database import bulk
from tests.factories.accounts import make_account
from tests.factories.activities import make_activity

_activities: Table = Activity.__table__  # type: ignore[assignment]
_events: Table = ActivityEvent.__table__  # type: ignore[assignment]
_log: Table = OperationLog.__table__  # type: ignore[assignment]
MOMENT = datetime(2026, 11, 20, 3, 4, 5, 678000, tzinfo=UTC)


def _operation(id: str, **values: Any) -> dict[str, Any]:
    return {
        "id": id, "hash": "h" * 64, "account_id": "a", "device_id": None, "activity_id": "x",
        "outcome": {"outcome": "applied", "version": 1}, "epoch": None, "n": 2**40,
        "received_at": MOMENT, "body": None, **values,
    }  # fmt: skip


def test_several_tables_at_once(session: Session) -> None:
    rows = [
        _operation("one", device_id="chữ '\"\\ %s", body={"ữ": [1, 2.5, None, True, {"a": "😀"}]}),
        _operation("two"),
    ]
    events = [
        {"activity_id": "x", "at": MOMENT, "account_id": "a", "account_name": "Mai",
         "what": what, "version": 1, "detail": {}}
        for what in ("create", "edit", "submit")
    ]  # fmt: skip
    bulk.insert_all(session.connection(), {_log: rows, _events: events, _activities: []})
    session.connection().execute(insert(_log), [_operation("three")])
    found = {row.id: row for row in session.connection().execute(select(_log))}
    assert {name: found["one"]._mapping[name] for name in rows[0]} == rows[0]
    like_two = dict(found["three"]._mapping) | {"id": "two"}
    assert dict(found["two"]._mapping) == like_two
    missing = select(_log.c.id).where(_log.c.body.is_(None)).order_by(_log.c.id)
    assert session.connection().execute(missing).scalars().all() == ["three", "two"]
    said = session.connection().execute(select(_events.c.what).order_by(_events.c.id)).scalars()
    assert said.all() == ["create", "edit", "submit"]


def test_a_row_that_is_there_is_replaced_but_for_what_is_fixed(
    session: Session, now: datetime
) -> None:
    activity = make_activity(session, now, make_account(session, now))
    (row,) = session.connection().execute(select(_activities)).all()
    changed = {**row._mapping, "seq": row.seq + 1, "event_date": date(2026, 1, 2), "scope": "moved",
               "review": {"decision": "return"}, "version": 9}  # fmt: skip
    fixed = frozenset({"id", "scope"})
    bulk.upsert_all(session.connection(), _activities, [changed], fixed)
    (after,) = session.connection().execute(select(_activities)).all()
    assert dict(after._mapping) == {**changed, "scope": row.scope}

    session.connection().execute(delete(_activities).where(_activities.c.id == activity))
    bulk.upsert_all(session.connection(), _activities, [changed], fixed)
    (again,) = session.connection().execute(select(_activities)).all()
    assert dict(again._mapping) == changed


def test_nothing_to_write(session: Session) -> None:
    bulk.insert_all(session.connection(), {_log: []})
    bulk.upsert_all(session.connection(), _activities, [], frozenset())
