"""How gunicorn serves Loa: `gunicorn --config python:server.gunicorn_conf server.wsgi:app`.

Threads, many of them, with a socket that gives up on clients that stall. Measured by
`benchmarks/slow_clients.py`; greenlets wait more cheaply, but under SQLite one greenlet that
waits for the writer's lock stops the whole loop and with it the writer itself. A buffering proxy
in front is still the best answer to slow clients.
"""

from __future__ import annotations

import contextlib
import gc
import os
import socket
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any

bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "server.http.worker.LingeringThreadWorker"
#: A thread that waits for a slow phone costs little and the database's pool bounds the work: with
#: 2,000 slow clients the p95 of others stayed at 12 ms (2 x 256 threads: 10 s with 1,000).
threads = 640
worker_connections = 2000
backlog = 1024

#: Seconds without a byte, in or out, after which a client is given up.
STALL_S = 20
timeout = 60  # the arbiter kills a worker whose loop is silent that long
graceful_timeout = 30
keepalive = 15

#: A thread that works holds the others up so long at a time; writing a batch of scans works for
#: some 10 ms, and each reader meanwhile waited 5 ms whenever it had read or written its socket.
SWITCH_S = 0.001

#: After so many new containers their garbage is looked for; what stands at the start never is. A
#: batch of fifty makes thousands, nearly all of them gone with the request without any search: by
#: Python's own 700 it took a fourteenth of the CPU of a push.
GARBAGE_EVERY = 20_000

#: Now and then a worker starts afresh, so that a slow leak never matters; not all at once.
max_requests = 50_000
max_requests_jitter = 10_000
preload_app = False  # a database connection must not be shared over a fork

limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190

http_parser = "python"  # "auto" would take another parser wherever its package happens to be
control_socket_disable = True  # nobody commands a running server by a file
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - heartbeats
proc_name = "loa"

accesslog = None  # `server.http.logs` writes a line for each request, without paths
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "server.http.logs.JsonFormatter"}},
    "filters": {"stalled": {"()": "server.http.logs.StalledClients"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "filters": ["stalled"],
            "stream": "ext://sys.stderr",
        }
    },
    "root": {"level": "WARNING", "handlers": ["stderr"]},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False},
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
    },
}

# Figures of all workers meet in this folder; it must be known before the first import.
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="loa-metrics-")


def post_fork(_server: Any, worker: Any) -> None:
    """Let accepted sockets inherit the time after which a stalled client is given up.

    In the kernel, because threads read with blocking calls. A client that sends a byte now and
    then passes; it holds one of hundreds of threads.
    """
    limit = struct.pack("ll", STALL_S, 0)
    for listener in worker.sockets:
        with contextlib.suppress(OSError):
            listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
            listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)


def post_worker_init(worker: Any) -> None:
    """Look after acts over communes whose day comes while the server runs; take shorter turns,
    and look for garbage less often."""
    from server.exchange.mover import Mover

    Mover(worker.wsgi).start()
    sys.setswitchinterval(SWITCH_S)
    gc.freeze()
    gc.set_threshold(GARBAGE_EVERY)


def worker_exit(_server: Any, worker: Any) -> None:
    """Write the scans that a worker still has in memory before it ends."""
    desk = getattr(worker.wsgi, "extensions", {}).get("loa_scans")
    if desk is not None:
        desk.recorder.stop()


def child_exit(_server: Any, worker: Any) -> None:
    """Forget the live figures of a worker that ended."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(_server: Any) -> None:
    """Take the folder of figures away."""
    folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    if folder.name.startswith("loa-metrics-"):
        for file in folder.glob("*.db"):
            file.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            folder.rmdir()
