"""Rows that go to another scope: digests, what is left behind, redirects and who comes too late."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server.change_feed import moves, operations, queries
from server.change_feed.moves import Move, Redirect
from server.change_feed.operations import Change, ScopeMoved
from sync import digest

OLD, NEW, NEWER = "commune:c-1", "commune:c-2", "commune:c-3"


def put(session: Session, scope: str, id: str, version: int = 1) -> int:
    (seq,) = operations.take(session, [Change(scope, id, None, version)])
    session.commit()
    return seq


def move(session: Session, id: str, old: str, new: str, version: int = 1) -> int:
    (seq,) = moves.record(session, [Move("activity", id, version, old, new)])
    session.commit()
    return seq


def left(session: Session, scope: str, cursor: int = 0) -> list[tuple[str, int, str]]:
    found = moves.moved_after(session, scope, cursor, 100)
    return [(row.row_id, row.seq, row.moved_to) for row in found]


def test_a_row_leaves_one_scope_and_comes_into_the_other(session: Session) -> None:
    put(session, OLD, "a", 4)
    put(session, OLD, "b")
    put(session, NEW, "c")
    assert move(session, "a", OLD, NEW, 4) == 2
    assert left(session, OLD) == [("a", 3, NEW)]
    assert left(session, OLD, 3) == []
    heads = queries.heads(session, [OLD, NEW, NEWER])
    assert heads[OLD] == (3, digest.to_text(digest.add(0, None, ("b", 1))), 3)
    both = digest.add(digest.add(0, None, ("c", 1)), None, ("a", 4))
    assert heads[NEW] == (2, digest.to_text(both), 0)
    assert heads[NEWER] == (0, queries.EMPTY_DIGEST, 0)


def test_a_row_that_comes_back_is_not_gone(session: Session) -> None:
    put(session, OLD, "a")
    move(session, "a", OLD, NEW)
    move(session, "a", NEW, OLD)
    assert left(session, OLD) == []
    assert left(session, NEW) == [("a", 2, OLD)]
    move(session, "a", OLD, NEWER)
    assert left(session, OLD) == [("a", 4, NEWER)]


def test_nothing_new_comes_into_a_redirected_scope(session: Session) -> None:
    put(session, OLD, "a")
    moves.redirect(session, OLD, NEW)
    session.commit()
    with pytest.raises(ScopeMoved):
        operations.take(session, [Change(OLD, "b", None, 1)])
    session.rollback()
    # What still lies there may change and leave.
    assert operations.take(session, [Change(OLD, "a", 1, 2)]) == [2]
    session.commit()
    assert move(session, "a", OLD, NEW, 2) == 1


def test_redirects_are_followed_to_their_end(session: Session, now: datetime) -> None:
    moves.redirect(session, OLD, NEW)
    moves.redirect(session, OLD, NEW)
    session.commit()
    assert moves.redirects(session, [OLD, NEWER]) == {OLD: Redirect(NEW, False)}
    assert moves.redirected(session) == [(OLD, NEW)]
    moves.note_emptied(session, OLD, now)
    session.commit()
    assert moves.redirected(session) == []
    assert moves.redirects(session, [OLD]) == {OLD: Redirect(NEW, True)}
    moves.redirect(session, NEW, NEWER)
    session.commit()
    assert moves.redirects(session, [OLD]) == {OLD: Redirect(NEWER, False, (NEW,), 2)}
    moves.note_emptied(session, NEW, now)
    session.commit()
    # the feed between is named though it is empty: rows that a phone holds came through it
    assert moves.redirects(session, [OLD, NEW])[OLD] == Redirect(NEWER, True, (), 2, (NEW,))


def test_what_is_left_behind_does_not_change_unseen(session: Session) -> None:
    put(session, OLD, "a")
    move(session, "a", OLD, NEW)
    with pytest.raises(DBAPIError, match="without a new seq"):
        session.execute(text("UPDATE feed_move SET moved_to = 'commune:c-9'"))
    session.rollback()


def test_nothing_to_move_takes_no_number(session: Session) -> None:
    assert moves.record(session, []) == []
