"""What phones know, written down where the server cannot reach: before sending, and when told.

One JSON object a line, appended by single writes without a buffer:
`{"saved": operation, "phone", "account"}` before it is sent for the first time;
`{"told": outcome, "at": ns}` when an answer was received whole, at the monotonic clock;
`{"photo": sha256, "size", "account", "token", "offset", "verified", "at"}` when the server said
how much of a photo it holds;
`{"end": phone, "outbox": n, "sums": {scope: digest}, "rereads": n}` when a phone is done.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any


class Ledger:
    """One file that only grows. Threads and processes may share it."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, **line: Any) -> None:
        """Append one line; it is with the kernel when this returns."""
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"
        os.write(self._descriptor, text.encode())

    def close(self) -> None:
        os.close(self._descriptor)


def read_ledgers(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """Every line of every file."""
    for path in paths:
        with path.open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)
