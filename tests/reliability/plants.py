"""Faults to build into a server, so that the tests which look for them are seen to find them."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any


def install(name: str) -> None:
    """Build in the fault `name`, before the server works."""
    PLANTS[name]()


def _answer_before_commit() -> None:
    """What a phone delivered is committed some time after the phone was told that it is safe."""
    from flask import copy_current_request_context

    from server.database import db
    from server.database.engine import begin_writing
    from server.exchange import push

    @contextlib.contextmanager
    def hasty() -> Iterator[Any]:
        session = db.session()
        session.rollback()
        begin_writing(session)
        try:
            yield session
            session.flush()
        except BaseException:
            session.rollback()
            raise
        db.session.registry.clear()  # the next one who asks gets another session

        @copy_current_request_context  # what gives rows their numbers asks whose database it is
        def later() -> None:
            time.sleep(0.15)
            session.commit()
            session.close()

        threading.Thread(target=later).start()

    push.writing = hasty


def _no_fsync() -> None:
    """Nothing is forced to the disk: neither files nor what SQLite commits."""
    from sqlalchemy import event

    from server.database import db
    from server.wsgi import app

    os.fsync = lambda descriptor: None

    def relax(connection: Any, _record: Any) -> None:
        if type(connection).__module__.startswith("sqlite3"):
            connection.execute("PRAGMA synchronous=OFF")

    with app.app_context():
        event.listen(db.engine, "connect", relax)  # after the server's own rules


def _numbers_before_the_commit() -> None:
    """A scope's counter is raised in a transaction of its own, as a sequence is: its lock is gone
    while the commit of the row still hangs."""
    from sqlalchemy.orm import Session

    from server.change_feed import operations
    from server.database import db

    take = operations.take

    def hasty(_session: Session, changes: Any) -> list[int]:
        with Session(db.engine) as apart, apart.begin():
            return take(apart, changes)

    operations.take = hasty  # type: ignore[assignment]


PLANTS: dict[str, Callable[[], None]] = {
    "answer-before-commit": _answer_before_commit,
    "no-fsync": _no_fsync,
    "numbers-before-the-commit": _numbers_before_the_commit,
}
