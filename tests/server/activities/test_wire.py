"""The one shape of an activity."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy.orm import Session

from server.activities import queries, wire
from tests.factories.accounts import make_account
from tests.factories.activities import make_activity, photo

MEMBERS = {
    "type", "id", "seq", "version", "digest", "kind", "kind_version", "scope", "unit", "status",
    "fields", "sets", "evidence", "author", "event_date", "created_at", "received_at",
    "changed_at", "submitted_at", "approved_version", "duplicate_of", "possible_duplicates",
    "review", "conflicts", "extra",
}  # fmt: skip


def test_the_row_of_the_contract(session: Session, now: datetime) -> None:
    activity = make_activity(session, now, make_account(session, now), photos=("b", "a"))
    row = queries.get(session, activity)
    assert row is not None
    (shown,) = queries.wire_rows(session, [row])
    assert set(shown) == MEMBERS
    assert shown["received_at"] == "2026-11-20T03:00:00.000Z"
    assert [each["sha256"] for each in shown["evidence"]] == [
        photo("a")["sha256"], photo("b")["sha256"],
    ]  # fmt: skip
    assert all(each["verified"] is False for each in shown["evidence"])
    json.dumps(shown)


def test_an_own_row_has_no_body(session: Session, now: datetime) -> None:
    activity = make_activity(session, now, make_account(session, now))
    row = queries.get(session, activity)
    assert row is not None
    assert set(wire.own_row(row.id, row.seq, row.version, row.digest, row.status)) == {
        "type",
        "id",
        "seq",
        "version",
        "digest",
        "status",
        "own",
    }
