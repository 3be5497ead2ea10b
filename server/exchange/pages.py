"""Pages of feeds as JSON, made once for all phones that ask for the same.

Some fifteen phones follow one commune, and each asks for the same pages. A page is kept by all
that it follows from: the database's life, the scope, where it begins, how long it may be, and the
scope's counter, which every change of a row moves; so what is kept can't be stale, only unused.
Not here: what a phone may read (`pull`); rows that differ by reader, which are never kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

#: (incarnation, scope, cursor, limit, the scope's last seq)
Key = tuple[str, str, int, int, int]

#: In one process. A commune's year is some three megabytes.
BYTES_MAX = 48 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class MadePage:
    """`rows` is the JSON list; `count` says how many rows stand in it."""

    rows: bytes
    count: int
    to: int
    more: bool


class PageCache:
    """The pages last asked for, up to `bytes_max` of JSON. Safe for threads."""

    def __init__(self, bytes_max: int = BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._lock = threading.Lock()
        self._pages: OrderedDict[Key, MadePage] = OrderedDict()
        self._bytes = 0

    def get(self, key: Key) -> MadePage | None:
        """The page, if it is kept."""
        with self._lock:
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
            return found

    def keep(self, key: Key, page: MadePage) -> None:
        """Keep the page and let go of those that nobody asked for the longest."""
        if len(page.rows) > self._bytes_max // 4:
            return
        with self._lock:
            before = self._pages.pop(key, None)
            self._bytes += len(page.rows) - (0 if before is None else len(before.rows))
            self._pages[key] = page
            while self._bytes > self._bytes_max:
                _, gone = self._pages.popitem(last=False)
                self._bytes -= len(gone.rows)

    @property
    def size(self) -> int:
        """Bytes of JSON that are kept."""
        return self._bytes
