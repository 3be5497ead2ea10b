"""The one door: numbers in the order of commits, digests, and no row that a reader can miss."""

from __future__ import annotations

import random
import threading
import time
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from server.change_feed import operations, queries
from server.change_feed.models import FeedDocument
from server.database import db
from server.database.engine import begin_snapshot, begin_writing
from sync import digest

SCOPE = "account:test"


def put(session: Session, id: str, body: object, scope: str = SCOPE) -> None:
    operations.put_document(session, scope, "notice", id, body)


def documents(session: Session, scope: str = SCOPE) -> list[tuple[str, int, int]]:
    rows = queries.documents_after(session, scope, 0, 1000)
    return [(row.id, row.seq, row.version) for row in rows]


def test_each_row_of_a_commit_has_a_number_of_its_own(session: Session) -> None:
    put(session, "a", 1)
    put(session, "b", 2)
    session.commit()
    assert documents(session) == [("a", 1, 1), ("b", 2, 1)]
    assert queries.counters(session, [SCOPE])[SCOPE][0] == 2


def test_an_equal_body_is_no_change(session: Session) -> None:
    put(session, "a", {"x": 1})
    session.commit()
    put(session, "a", {"x": 1})
    session.commit()
    assert documents(session) == [("a", 1, 1)]


def test_a_change_moves_the_row_to_the_end(session: Session) -> None:
    put(session, "a", 1)
    put(session, "b", 1)
    session.commit()
    put(session, "a", 2)
    session.commit()
    assert documents(session) == [("b", 2, 1), ("a", 3, 2)]


def test_the_digest_is_that_of_the_live_rows(session: Session) -> None:
    for step in range(3):
        put(session, "a", step)
        put(session, "b", step)
        session.commit()
    operations.drop_document(session, "b")
    session.commit()
    expected = digest.add(0, None, ("a", 3))
    assert queries.counters(session, [SCOPE])[SCOPE][1] == digest.to_text(expected)
    put(session, "b", "again")
    session.commit()
    expected = digest.add(expected, None, ("b", 5))
    assert queries.counters(session, [SCOPE])[SCOPE][1] == digest.to_text(expected)


def test_what_is_rolled_back_leaves_no_mark(session: Session) -> None:
    put(session, "a", 1)
    session.rollback()
    put(session, "b", 1)
    session.commit()
    assert documents(session) == [("b", 1, 1)]


def test_stamping_at_once_gives_the_numbers(session: Session) -> None:
    put(session, "a", 1)
    assert operations.stamp(session) == {"a": 1}
    session.commit()
    assert documents(session) == [("a", 1, 1)]


def test_a_life_is_named_once(session: Session, now: datetime) -> None:
    first = operations.begin_life(session, now)
    session.commit()
    assert operations.begin_life(session, now) == first
    found = queries.life(session)
    assert found is not None
    assert found[0] == first


def test_a_reader_never_misses_a_row_whatever_the_pace_of_writers(app: Flask) -> None:
    """Eight writers pause between their number and the commit while a reader follows the feed."""
    writers, commits = 8, 6
    done = threading.Event()
    written: list[str] = []
    failures: list[BaseException] = []

    def write(number: int) -> None:
        chance = random.Random(number)
        with app.app_context():
            try:
                for step in range(commits):
                    session = db.session()
                    begin_writing(session)
                    names = [f"w{number}-{step}-{part}" for part in range(2)]
                    for name in names:
                        put(session, name, step, f"account:{chance.randrange(2)}")
                    operations.stamp(session)
                    # the pause that loses rows where numbers are not given under a lock
                    time.sleep(chance.choice((0, 0.001, 0.02)))
                    session.commit()
                    written.extend(names)
            except BaseException as error:
                failures.append(error)
                raise
            finally:
                db.session.remove()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    watcher = threading.Thread(target=lambda: ([thread.join() for thread in threads], done.set()))
    watcher.start()
    seen: list[str] = []
    cursors = {f"account:{number}": 0 for number in range(2)}
    last_round = False
    while True:
        last_round = done.is_set()
        for scope, cursor in cursors.items():
            session = db.session()
            begin_snapshot(session)
            rows = queries.documents_after(session, scope, cursor, 5)
            session.rollback()
            seen += [row.id for row in rows]
            cursors[scope] = rows[-1].seq if rows else cursor
            last_round = last_round and not rows
        if last_round:
            break
    watcher.join()
    assert not failures
    assert sorted(seen) == sorted(written)
    assert len(written) == writers * commits * 2


def test_writers_of_the_same_scopes_in_any_order_do_not_deadlock(app: Flask) -> None:
    """Whoever marks b before a still locks a before b."""
    failures: list[BaseException] = []

    def write(names: list[str]) -> None:
        with app.app_context():
            try:
                for step in range(10):
                    session = db.session()
                    begin_writing(session)
                    for name in names:
                        put(session, f"{names}-{step}-{name}", step, f"account:{name}")
                    session.commit()
            except BaseException as error:
                failures.append(error)
                raise
            finally:
                db.session.remove()

    threads = [
        threading.Thread(target=write, args=(names,)) for names in (list("abc"), list("cba"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    for name in "abc":
        seqs = [seq for _, seq, _ in documents(db.session(), f"account:{name}")]
        assert seqs == list(range(1, 21))


@pytest.mark.parametrize("column", ["body", "version"])
def test_a_change_past_the_door_is_refused(session: Session, column: str) -> None:
    put(session, "a", 1)
    session.commit()
    value = "'2'" if column == "body" else "7"
    with pytest.raises(Exception, match="a synced row changed without a new seq"):
        session.execute(text(f"UPDATE feed_document SET {column} = {value} WHERE id = 'a'"))
    session.rollback()
    versions = select(FeedDocument.version).where(FeedDocument.id == "a")
    assert session.scalars(versions).all() == [1]
