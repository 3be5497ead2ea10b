"""Every place that may name a photo is asked; a table added later is, too."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import JSON, insert
from sqlalchemy.orm import Session

from server.accounts import audit
from server.activities import operations as activities
from server.activities.models import ActivityEvent
from server.database import Base
from server.evidence import naming
from server.http.actor import SYSTEM
from tests.factories.accounts import make_account
from tests.factories.activities import actor_of, make_operation, photo

A, B = "ab" * 32, "cd" * 32


def test_a_hash_is_found_in_any_text() -> None:
    assert naming.hashes_in(f'{{"x": ["{A}"], "{B}": 1}}') == {A, B}
    assert naming.hashes_in("ab" * 31) == set()


def test_two_that_run_into_each_other_are_both_found() -> None:
    assert {A, B} <= naming.hashes_in(A + B)


def test_every_document_is_read_or_exempt_for_a_reason() -> None:
    read = {table.name for table in naming.tables_of_records()}
    documents = {
        table.name
        for table in Base.metadata.tables.values()
        if any(isinstance(column.type, JSON) for column in table.columns)
    }
    assert documents - read == {"scan"}
    assert {"activity", "activity_event", "operation_log", "conflict", "decision",
            "feed_document", "leaflet_version", "audit_entry"} <= read  # fmt: skip


@pytest.mark.parametrize("rows", [1, 2])
def test_records_are_read_to_their_last_page(
    session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(naming, "_ROWS", rows)
    for number in range(5):
        session.execute(insert(ActivityEvent), [event(now, "" if number < 4 else A)])
    audit.append(session, SYSTEM.account_id, now, "test", "x", {"photo": B})
    session.commit()
    assert naming.in_records([A, B, "ef" * 32]) == {A, B}


def test_what_is_recorded_while_records_are_read_is_seen(session: Session, now: datetime) -> None:
    beginning = naming.begin(session, now)
    assert naming.in_late_records(session, beginning) == set()
    session.execute(insert(ActivityEvent), [event(now + timedelta(seconds=1), A)])
    assert naming.in_late_records(session, beginning) == {A}
    create = make_operation(scope="commune:c-none", add={"evidence": [photo("b")]})
    author = make_account(session, now)
    activities.apply_batch(session, actor_of(session, author, now), now, [create])
    assert naming.in_late_records(session, beginning) == {A, photo("b")["sha256"]}


def event(now: datetime, sha256: str) -> dict[str, object]:
    return {"activity_id": "x", "at": now, "account_id": "x", "account_name": "Lò Thị Mai",
            "what": "edit", "version": 1,
            "detail": {"sets": {"evidence": {"added": [], "removed": [sha256]}}}}  # fmt: skip
