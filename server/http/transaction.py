"""One request, one transaction. Operations flush and never commit; the answer comes after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from server.database import db
from server.database.engine import begin_glance, begin_snapshot, begin_writing, end_snapshot
from server.database.turns import turn


@contextmanager
def writing() -> Iterator[Session]:
    """A writer's transaction: committed when the block ends, undone when it raises.

    Whatever read before in this request is ended first, since a reader can't become a writer.
    """
    session = db.session()
    session.rollback()
    with turn(db.engine):
        begin_writing(session)
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


@contextmanager
def glancing() -> Iterator[Session]:
    """For reading by one statement, which is a snapshot by itself: no transaction around it."""
    session = db.session()
    session.rollback()
    begin_glance(session)
    try:
        yield session
    finally:
        session.rollback()


@contextmanager
def reading() -> Iterator[Session]:
    """A reader's transaction over one snapshot of the database; nothing is kept of it."""
    session = db.session()
    session.rollback()
    begin_snapshot(session)
    try:
        yield session
        end_snapshot(session)
    except BaseException:
        session.rollback()
        raise
