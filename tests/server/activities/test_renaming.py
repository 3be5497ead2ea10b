"""A new release calls a field otherwise: what is stored follows, and phones read it again."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import catalogue
from server.activities import queries, renaming
from server.activities.models import Activity
from server.catalogue import Kind
from server.soundness.contents import examine_contents
from server.soundness.feeds import examine_feeds
from tests.factories.accounts import make_account
from tests.factories.activities import KIND, Phone, make_activity

OLD, NEW = "programme_title", "show_title"


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Call it, and the program is the next release."""
    known = catalogue.kinds()

    def renamed() -> dict[str, Kind]:
        kind = known[KIND]
        fields = {
            NEW if name == OLD else name: dataclasses.replace(field, id=NEW)
            if name == OLD
            else field
            for name, field in kind.fields.items()
        }
        return {**known, KIND: dataclasses.replace(
            kind, version=kind.version + 1, fields=fields, renamed={kind.version + 1: {OLD: NEW}}
        )}  # fmt: skip

    def install() -> None:
        monkeypatch.setattr(catalogue, "kinds", renamed)

    return install  # type: ignore[return-value]


def rename_all(session: Session, limit: int) -> list[int]:
    told = []
    while True:
        told.append(renaming.rename_some(session, limit))
        session.commit()
        if not told[-1]:
            return told


def test_stored_reports_take_todays_names_some_at_a_time(
    client: FlaskClient, session: Session, now: datetime, release: Any
) -> None:
    author = make_account(session, now)
    made = {make_activity(session, now, author) for _ in range(3)}
    other = make_activity(session, now, author, kind="support_contact", photos=())
    phone = Phone(client, session, now, author)
    phone.sync(rounds=2)
    before = {row.id: row for row in session.execute(select(Activity.__table__))}
    assert rename_all(session, 2) == [0], "nothing was renamed yet"

    release()
    assert rename_all(session, 2) == [2, 1, 0]
    rows = {row.id: row for row in session.execute(select(Activity.__table__))}
    for id in made:
        fields = dict(before[id].fields)
        fields[NEW] = fields.pop(OLD)
        assert rows[id].fields == fields
        assert rows[id].kind_version == before[id].kind_version + 1
        assert rows[id].version == before[id].version
        assert rows[id].seq > before[id].seq
    assert rows[other] == before[other]
    assert [finding.faults for finding in (examine_contents(session), examine_feeds(session))] == [
        [], [],
    ]  # fmt: skip
    phone.sync(rounds=2)
    assert phone.replica.rereads == 0
    assert {phone.row(id)["fields"][NEW] for id in made} == {before[id].fields[OLD] for id in made}


def test_a_conflict_asks_under_todays_name(
    client: FlaskClient, session: Session, now: datetime, release: Any
) -> None:
    account = make_account(session, now)
    one, two = (Phone(client, session, now, account) for _ in range(2))
    activity = one.record(**{OLD: "cũ"})
    one.sync(rounds=2)
    two.sync(rounds=2)
    one.save("edit", activity, set={OLD: "của máy một"})
    two.save("edit", activity, set={OLD: "của máy hai"})
    one.sync()
    two.sync(rounds=2)
    release()
    rename_all(session, 50)
    row = queries.get(session, activity)
    assert row is not None
    (item,) = queries.wire_rows(session, [row])
    (conflict,) = item["conflicts"]
    (value,) = conflict["fields"]
    assert (value["field"], value["current"], value["mine"]) == (NEW, "của máy một", "của máy hai")
    one.sync(rounds=2)
    one.save("resolve", activity, resolve={"conflict": conflict["id"], "choice": "proposed"})
    (told,) = one.sync(rounds=2)
    assert told["outcome"] == "applied"
    assert one.row(activity)["fields"][NEW] == "của máy hai"
