"""A process that has imported the server and gunicorn once and forks a whole gunicorn on demand.

    python -m tests.support.warm_parent [plant]

Each line on stdin holds gunicorn's arguments; the answer is the pid of a new arbiter, which leads a
session of its own. It runs with the installation's own configuration; only the two seconds of
imports are spared, so that a test can kill a server two hundred times. `plant` names a fault to
build in (`tests.reliability.plants`). Orphans are taken over and buried here.
"""

from __future__ import annotations

import ctypes
import os
import shlex
import signal
import sys

PR_SET_CHILD_SUBREAPER = 36


def main() -> None:
    """Serve until stdin ends."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries them

    import server.http.worker
    import server.wsgi  # noqa: F401 - what takes its time

    if len(sys.argv) > 1:
        from tests.reliability import plants

        plants.install(sys.argv[1])
    print("ready", flush=True)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _become_gunicorn(shlex.split(line))
        print(pid, flush=True)


def _become_gunicorn(arguments: list[str]) -> None:
    from gunicorn.app.wsgiapp import WSGIApplication

    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    sys.argv = ["gunicorn", "--config", "python:server.gunicorn_conf", *arguments,
                "server.wsgi:app"]  # fmt: skip
    try:
        WSGIApplication("%(prog)s [OPTIONS] [APP_MODULE]").run()
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
