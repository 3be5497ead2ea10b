"""Scans are noted in memory and written by a thread, many at once: no reader waits for a disk.

What is noted is written within half a second; killed without warning, a worker loses what it noted
in the last second at most, and an orderly end loses nothing. While the database is away scans are
kept up to a bound; what comes beyond it is dropped and counted in `/metrics`. A reader never sees
any of this. Not here: what a batch becomes (`operations`).
"""

from __future__ import annotations

import atexit
import threading
import time
from collections import deque
from datetime import datetime

import structlog
from flask import Flask
from prometheus_client import Counter, Gauge

from server import clock
from server.http.transaction import writing
from server.scans import operations, retention
from server.scans.operations import Sighting

log = structlog.get_logger(__name__)

#: From the first scan of a batch to its commit, but for the commit's own time.
GATHER_S = 0.3
BATCH_MAX = 2_000
#: Some minutes of a campaign day while the database restarts; about 60 MB.
WAITING_MAX = 50_000
RETRY_S = 1.0
TIDY_EVERY_S = 3_600.0
#: Longer than one commit on a slow disk; the arbiter gives a worker 30 s to end.
STOP_S = 10.0

_DROPPED = Counter("loa_scans_dropped", "Scans lost because the database was away too long")
_WRITTEN = Counter("loa_scans_written", "Scans written")
_WAITING = Gauge("loa_scans_waiting", "Scans in memory", multiprocess_mode="livesum")


class Recorder:
    """One process's scans on their way to the database."""

    def __init__(self, app: Flask, waiting_max: int = WAITING_MAX) -> None:
        self._app = app
        self._waiting_max = waiting_max
        self._waiting: deque[Sighting] = deque()
        self._tried: list[Sighting] = []
        self._writing = threading.Lock()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._tidied_at: float | None = None

    def note(self, sighting: Sighting) -> None:
        """Remember a scan; never waits and never raises."""
        if len(self._waiting) >= self._waiting_max:
            _DROPPED.inc()
            return
        self._waiting.append(sighting)
        self._wake.set()

    def start(self) -> None:
        """Write from now on, in a thread of this process. Call it after the fork."""
        self._thread = threading.Thread(target=self._run, name="scans", daemon=True)
        self._thread.start()
        atexit.register(self.stop)

    def stop(self) -> None:
        """Write what is left and end."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(STOP_S)
            self._thread = None
        if not self.flush():
            _DROPPED.inc(len(self._waiting) + len(self._tried))

    def flush(self) -> bool:
        """Write all that waits. False when the database would not have it; then it still waits."""
        with self._writing:
            while True:
                tried_before = bool(self._tried)
                if not tried_before:
                    self._tried = self._take()
                if not self._tried:
                    _WAITING.set(0)
                    return True
                if not self._write(self._tried, tried_before=tried_before):
                    _WAITING.set(len(self._waiting) + len(self._tried))
                    return False
                self._tried = []

    def _take(self) -> list[Sighting]:
        return [self._waiting.popleft() for _ in range(min(len(self._waiting), BATCH_MAX))]

    def _write(self, batch: list[Sighting], *, tried_before: bool) -> bool:
        try:
            with self._app.app_context(), writing() as session:
                operations.record(session, batch, tried_before=tried_before)
        except Exception as error:
            # whatever it is, the next try may go well, and no reader is to hear of it
            log.warning("scans_not_written", exc_info=error, waiting=len(self._waiting))
            return False
        _WRITTEN.inc(len(batch))
        return True

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(TIDY_EVERY_S)
            self._wake.clear()
            self._stopping.wait(GATHER_S)
            if not self.flush() and not self._stopping.wait(RETRY_S):
                self._wake.set()
            self._tidy(clock.now())

    def _tidy(self, now: datetime) -> None:
        """Let go of what is over, once an hour: above all of yesterday's salt."""
        if self._tidied_at is not None and time.monotonic() - self._tidied_at < TIDY_EVERY_S:
            return
        try:
            with self._app.app_context(), writing() as session:
                retention.tidy(session, now)
            self._tidied_at = time.monotonic()
        except Exception as error:
            log.warning("scans_not_tidied", exc_info=error)
