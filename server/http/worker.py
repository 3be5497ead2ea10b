"""gunicorn's thread worker, with its waits for slow clients made short and put on other threads.

gunicorn 27 lingers up to 2 s on the main loop for each connection that it closes, and lets a
thread wait 5 s for the first byte of a connection or the rest of a body that nobody reads. Clients
that go on sending after they were refused thus stop a whole worker;
`benchmarks/slow_clients.py --clients 2000` shows it.
"""

from __future__ import annotations

import contextlib
from typing import Any

from gunicorn import util
from gunicorn.workers import gthread

#: Long enough for the answer to arrive before a reset, short enough to hold a thread for.
LINGER_S = 0.3
#: After that a silent connection waits in the poller, where it costs nothing.
gthread.DEFAULT_WORKER_DATA_TIMEOUT = LINGER_S


class LingeringThreadWorker(gthread.ThreadWorker):  # type: ignore[misc]
    """Closes a connection on the thread that served it."""

    def handle(self, conn: Any) -> Any:
        """Serve one request; the result says whether the connection goes on."""
        result = super().handle(conn)
        if result is False:
            with contextlib.suppress(OSError):
                util.close_graceful(conn.sock, timeout=LINGER_S)
            conn.close = _closed_already
        return result


def _closed_already(graceful: bool = False) -> None:
    """What the main loop finds to do for such a connection."""
