"""Pages are made once for all phones of a commune, and never stale."""

from __future__ import annotations

from datetime import datetime

from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from server.database import db
from server.exchange.pages import MadePage, PageCache
from tests.factories.accounts import make_account
from tests.factories.activities import SCOPE, Phone, make_activity

PAGE = MadePage(b"[1]", 1, 1, False)


def test_what_nobody_asks_for_goes_first() -> None:
    cache = PageCache(bytes_max=12)
    keys = [("life", SCOPE, cursor, 500, 9) for cursor in range(5)]
    for key in keys[:4]:
        cache.keep(key, PAGE)
    assert cache.get(keys[0]) is PAGE  # asked for again, so it stays
    cache.keep(keys[4], PAGE)
    assert [cache.get(key) is not None for key in keys] == [True, False, True, True, True]
    assert cache.size == 12


def test_a_page_that_would_fill_it_is_not_kept_and_the_same_again_counts_once() -> None:
    cache = PageCache(bytes_max=12)
    key = ("life", SCOPE, 0, 500, 9)
    cache.keep(key, MadePage(b"[1,2]", 2, 2, False))
    assert cache.get(key) is None
    cache.keep(key, PAGE)
    cache.keep(key, PAGE)
    assert cache.size == 3


def test_colleagues_share_a_page_until_something_changes(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    author = make_account(session, now)
    make_activity(session, now, author)
    first, second, third = (Phone(client, session, now, make_account(session, now)) for _ in "abc")
    first.sync(rounds=2)
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    second.sync(rounds=2)
    assert not [text for text in asked if "FROM activity " in text or "activity_evidence" in text]
    assert second.replica.activities() == first.replica.activities()

    made = make_activity(session, now, author)
    third.sync(rounds=2)
    second.sync()
    assert made in third.replica.activities()
    assert made in second.replica.activities()


def test_a_phone_is_not_given_a_colleagues_rows_without_bodies(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    writer, reader = (Phone(client, session, now, make_account(session, now)) for _ in "ab")
    reader.sync(rounds=2)
    writer.sync(rounds=2)
    made = writer.record()
    writer.sync()
    (own,) = writer.answers[-1]["changes"][SCOPE]["rows"]
    reader.sync()
    (row,) = reader.answers[-1]["changes"][SCOPE]["rows"]
    assert own["id"] == row["id"] == made
    assert own["own"] is True
    assert "fields" in row
