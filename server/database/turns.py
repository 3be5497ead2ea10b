"""Writers of one SQLite file take turns, in this process and beside others.

SQLite lets a writer that finds the file taken sleep longer and longer, up to a tenth of a second,
while the file is free again after a millisecond or two: sixteen phones at once got a third of
what the disk gives. Here threads wait for a lock, and of each process one looks often. Nothing
rests on it: SQLite's own lock still decides, so a writer that never took a turn (a shell, another
program) does no harm, and whoever waits too long goes on to SQLite, which then says so.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from server.database.engine import BUSY_TIMEOUT_MS

LOOK_AGAIN_S = 0.0005
_SUFFIX = "-turn"  # beside -wal and -shm; an empty file

_queues: WeakKeyDictionary[Engine, _Queue | None] = WeakKeyDictionary()


@contextmanager
def turn(engine: Engine) -> Iterator[None]:
    """Wait until it is this thread's turn to write; at once where there is no file."""
    if engine not in _queues:
        _queues[engine] = _queue_of(engine)
    queue = _queues[engine]
    if queue is None:
        yield
        return
    taken = queue.take()
    try:
        yield
    finally:
        if taken:
            queue.leave()


class _Queue:
    """The turns of one file. The same thread may take its turn again within it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._depth = 0
        self._file = -1

    def take(self) -> bool:
        """Whether the turn came in time."""
        deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
        if not self._lock.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            return False
        self._depth += 1
        if self._depth == 1 and not self._take_file(deadline):
            self._depth -= 1
            self._lock.release()
            return False
        return True

    def leave(self) -> None:
        """Let the next one in."""
        self._depth -= 1
        if self._depth == 0:
            os.close(self._file)
        self._lock.release()

    def _take_file(self, deadline: float) -> bool:
        # opened for each turn: nothing holds a disk in use between them, nor a file long replaced
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    os.close(file)
                    return False
                time.sleep(LOOK_AGAIN_S)
            else:
                self._file = file
                return True


def _queue_of(engine: Engine) -> _Queue | None:
    file = engine.url.database
    if engine.dialect.name != "sqlite" or not file or file == ":memory:":
        return None
    return _Queue(file + _SUFFIX)
