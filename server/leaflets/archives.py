"""Many files as one ZIP that is made while it is sent: no more of it is held than its newest file.

What goes in is compressed already, so nothing is compressed again. Not here: what the files are.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime

from server import clock


def zipped(files: Iterable[tuple[str, bytes]], now: datetime) -> Iterator[bytes]:
    """The ZIP of `(name, content)`, piece by piece; they bear the time of `now` in Viet Nam.

    What goes wrong while a file is made ends it in the middle, so that nobody takes it for whole.
    """
    at = now.astimezone(clock.VIETNAM).timetuple()[:6]
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name, at), content)
            yield sink.taken()
    yield sink.taken()


class _Sink:
    """What `zipfile` writes into; it cannot seek, so sizes follow their files."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        """What was written since it was asked last."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
