"""Finding a run by its code without asking the database each time, whoever asks and how often.

A run is believed for some seconds, so a stopped one is known as stopped soon; a code that nobody
bears is remembered for longer. While the database is away what was known goes on. Whoever tries
codes is asked to wait, but for known ones. Not here: codes themselves (`short_codes`).
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from server.leaflets.queries import PublicRun

KNOWN_S = 5.0
UNKNOWN_S = 60.0
#: While the database is away: a leaflet hardly changes within the hour.
STALE_S = 3_600.0
ENTRIES_MAX = 20_000
#: Unknown codes that one address may ask the database for in a minute. A carrier's address is
#: shared by thousands, but their leaflets are known.
TRIES_A_MINUTE = 120


@dataclass(frozen=True, slots=True)
class KnownRun:
    """A run and the name of the place for which it was printed."""

    run: PublicRun
    place: str


Read = Callable[[str], KnownRun | None]


class BusyError(Exception):
    """Nothing is known of the code, and now it cannot be asked for."""


@dataclass(slots=True)
class _Entry:
    run: KnownRun | None
    read_at: float
    fresh_until: float


class RunFinder:
    """One process's memory of codes."""

    def __init__(self, read: Read, now: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._now = now
        self._entries: dict[str, _Entry] = {}
        self._tries: dict[bytes, int] = {}
        self._minute = 0
        self._lock = threading.Lock()
        self._pepper = os.urandom(16)

    def find(self, code: str, address: str) -> KnownRun | None:
        """The run that bears `code` (normalised, its check character right), or None.

        Raises `BusyError` when it is unknown here and the database cannot be asked, or this
        `address` has asked for too many unknown codes.
        """
        now = self._now()
        entry = self._entries.get(code)
        if entry is not None:
            if now < entry.fresh_until:
                return entry.run
            # one thread reads anew, the others go on with what is known
            entry.fresh_until = now + KNOWN_S
        elif not self._may_try(address, now):
            raise BusyError
        try:
            run = self._read(code)
        except SQLAlchemyError as error:
            if entry is not None and now - entry.read_at < STALE_S:
                return entry.run
            raise BusyError from error
        self._keep(code, run, now)
        if run is None and entry is None:
            self._note_try(address)
        return run

    def _keep(self, code: str, run: KnownRun | None, now: float) -> None:
        if len(self._entries) >= ENTRIES_MAX and code not in self._entries:
            with self._lock:
                self._make_room()
        fresh_s = KNOWN_S if run else UNKNOWN_S
        self._entries[code] = _Entry(run, now, now + fresh_s)

    def _make_room(self) -> None:
        """Forget the unknown first: they are what somebody fills the memory with."""
        entries = list(self._entries.items())
        unknown = [code for code, entry in entries if entry.run is None]
        for code in unknown or [code for code, _ in entries[: ENTRIES_MAX // 2]]:
            self._entries.pop(code, None)

    def _may_try(self, address: str, now: float) -> bool:
        minute = int(now // 60)
        if minute != self._minute:
            with self._lock:
                self._minute, self._tries = minute, {}
        return self._tries.get(self._key(address), 0) < TRIES_A_MINUTE

    def _note_try(self, address: str) -> None:
        key = self._key(address)
        with self._lock:
            self._tries[key] = self._tries.get(key, 0) + 1

    def _key(self, address: str) -> bytes:
        # no address is kept, be it for a minute
        return hashlib.blake2b(address.encode(), digest_size=8, key=self._pepper).digest()
