"""Finding a run by its code without asking the database each time, whoever asks and how often.

All codes that were ever printed are held in memory, some ten bytes each, and looked for anew every
two seconds at most: so whoever tries codes costs no statement, and need not be told from the
thousands behind the same carrier's address who read. A run itself is believed for some seconds, so
a stopped one is known as stopped soon. While the database is away what was known goes on. Not
here: codes themselves (`short_codes`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from server.leaflets.queries import PublicRun

#: A run printed now can be scanned that much later.
CODES_S = 2.0
KNOWN_S = 5.0
#: While the database is away: a leaflet hardly changes within the hour.
STALE_S = 3_600.0
#: Runs with their contents, some kilobytes each.
ENTRIES_MAX = 5_000
#: Of two runs made at once the later may be committed first.
OVERLAP = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class KnownRun:
    """A run and the name of the place for which it was printed."""

    run: PublicRun
    place: str


Read = Callable[[str], KnownRun | None]
#: Codes made since a moment (None: all), each with its own moment.
ReadCodes = Callable[[datetime | None], Iterable[tuple[str, datetime]]]


class BusyError(Exception):
    """Nothing is known of the code, and now it cannot be asked for."""


@dataclass(slots=True)
class _Entry:
    run: KnownRun
    read_at: float
    fresh_until: float


class RunFinder:
    """One process's memory of codes and runs."""

    def __init__(
        self, read: Read, read_codes: ReadCodes, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._read_codes = read_codes
        self._now = now
        self._codes: set[str] = set()
        self._codes_until: datetime | None = None
        self._codes_read_at = float("-inf")
        self._entries: dict[str, _Entry] = {}
        self._lock = threading.Lock()

    def find(self, code: str) -> KnownRun | None:
        """The run that bears `code` (normalised, its check character right), or None.

        Raises `BusyError` when it is unknown here and the database cannot be asked.
        """
        if not self._is_printed(code):
            return None
        now = self._now()
        entry = self._entries.get(code)
        if entry is not None:
            if now < entry.fresh_until:
                return entry.run
            # one thread reads anew, the others go on with what is known
            entry.fresh_until = now + KNOWN_S
        try:
            run = self._read(code)
        except SQLAlchemyError as error:
            if entry is not None and now - entry.read_at < STALE_S:
                return entry.run
            raise BusyError from error
        if run is not None:
            self._keep(code, _Entry(run, now, now + KNOWN_S))
        return run

    def _is_printed(self, code: str) -> bool:
        if code in self._codes:
            return True
        with self._lock:  # who comes second finds what the first one read
            if self._now() - self._codes_read_at >= CODES_S:
                self._learn()
        return code in self._codes

    def _learn(self) -> None:
        since = self._codes_until and self._codes_until - OVERLAP
        try:
            found = list(self._read_codes(since))
        except SQLAlchemyError as error:
            raise BusyError from error
        # the set is only ever added to, so others may look into it meanwhile
        self._codes.update(code for code, _ in found)
        moments = (moment for _, moment in found)
        self._codes_until = max(moments, default=self._codes_until)
        self._codes_read_at = self._now()

    def _keep(self, code: str, entry: _Entry) -> None:
        with self._lock:
            if len(self._entries) >= ENTRIES_MAX and code not in self._entries:
                for old in list(self._entries)[: ENTRIES_MAX // 2]:
                    del self._entries[old]
            self._entries[code] = entry
