"""Acts over communes on their day: carried out by the server itself, without anybody at a console.

Each process looks as it starts, then every hour and shortly after each midnight in Việt Nam; what
one of them carries out, another passes over. Feeds and accounts move in bounded transactions, as
by `loa places move`, which does the same at once. What else a day changes by itself, print runs of
an older law, is told to phones by the way. Not here: what an act does (`places.acts`), and
how rows move (`activities.moving`).
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import TypedDict

import structlog
from flask import Flask
from sqlalchemy.exc import OperationalError

from server import clock
from server.activities import moving
from server.exchange.push import CLASHES_MAX, is_clash
from server.http.actor import SYSTEM
from server.http.transaction import reading, writing
from server.leaflets import documents

log = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(hours=1)
#: After midnight; a clock of the machine may be a little behind that of the database.
AFTER_MIDNIGHT = timedelta(seconds=5)


class Moved(TypedDict):
    """Acts carried out, accounts that changed communes, activities that changed their feed."""

    carried_out: int
    accounts: int
    moved: int


def move_all() -> Moved:
    """Carry out what is due, then move in bounded transactions to the end."""
    with writing() as session:
        done = moving.carry_out_due(session, SYSTEM, clock.now())
    moved = 0
    while (some := _move_some()) is not None:
        moved += some
    accounts = sum(len(act.accounts) for act in done)
    return {"carried_out": len(done), "accounts": accounts, "moved": moved}


def look(app: Flask) -> bool:
    """Move what is due, if anything is; whether there was something. Nothing raises: the next look
    comes, and `loa places move` says what is wrong."""
    with app.app_context():
        try:
            with reading() as session:
                waits = moving.is_waiting(session, clock.today_in_vietnam(clock.now()))
            if waits:
                log.info("communes_moved", **move_all())
        except Exception as error:
            # The class only: messages of databases carry the values of rows
            log.error("communes_not_moved", error=type(error).__name__)
            return False
        return waits


def keep_leaflets_current(app: Flask) -> None:
    """Tell phones what time has changed in print runs: a law that is no more, a run long over."""
    with app.app_context():
        try:
            with reading() as session:
                is_stale = documents.is_stale(session, clock.now())
            if is_stale:
                with writing() as session:
                    documents.refresh(session, clock.now())
        except Exception as error:
            log.error("leaflets_not_refreshed", error=type(error).__name__)


def until_next_look(now: datetime) -> timedelta:
    """How long to rest at `now`."""
    local = now.astimezone(clock.VIETNAM)
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return min(LOOK_EVERY, midnight - local + AFTER_MIDNIGHT)


class Mover:
    """Looks again and again beside the requests of one process."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mover", daemon=True)

    def start(self) -> None:
        """Look now, and from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; what is under way is finished, or begun again by the next process."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            look(self._app)
            keep_leaflets_current(self._app)
            self._stop.wait(until_next_look(clock.now()).total_seconds())


def _move_some() -> int | None:
    """One transaction. A clash with a phone's batch is no fault: the same again will do."""
    for left in reversed(range(CLASHES_MAX)):
        try:
            with writing() as session:
                return moving.move_some(session, clock.now())
        except OperationalError as error:
            if not left or not is_clash(error):
                raise
    raise AssertionError("unreachable")
