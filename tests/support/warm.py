"""A real gunicorn that a test kills again and again: whole, or one worker of it."""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.support.serving import ROOT, free_port

SECRET = "w" * 48
START_S_MAX = 30


class WarmServer:
    """`start`, `kill`, `start` …; the address stays. Imports happened once, in a parent process."""

    def __init__(self, parent: subprocess.Popen[str], port: int, workers: int) -> None:
        self._parent = parent
        self._workers = workers
        self.port = port
        self.pid = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @classmethod
    @contextlib.contextmanager
    def prepared(
        cls,
        folder: Path,
        database_url: str,
        *,
        workers: int = 3,
        plant: str | None = None,
        log: Path | None = None,
        **environment: str,
    ) -> Iterator[WarmServer]:
        """A server over `folder` and the database, not yet started; ended with the block."""
        log = log or folder / "server.log"
        metrics = log.with_name(f"metrics-{log.stem}")
        metrics.mkdir(exist_ok=True)
        with log.open("ab") as out:
            parent = subprocess.Popen(
                [sys.executable, "-m", "tests.support.warm_parent", *([plant] if plant else [])],
                env={**os.environ, "LOA_DATA_DIR": str(folder), "LOA_DATABASE_URL": database_url,
                     "LOA_SECRET_KEY": SECRET, "PROMETHEUS_MULTIPROC_DIR": str(metrics),
                     **environment},
                cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=out, text=True,
            )  # fmt: skip
        server = cls(parent, free_port(), workers)
        try:
            assert parent.stdout is not None
            assert parent.stdout.readline() == "ready\n", log.read_text()[-3000:]
            yield server
        finally:
            server.kill()
            assert parent.stdin is not None
            parent.stdin.close()
            parent.wait(10)
            parent.stdout.close()

    def start(self) -> float:
        """Serve; returns the seconds until it answered."""
        began = time.monotonic()
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        arguments = ["--bind", f"127.0.0.1:{self.port}", "--workers", str(self._workers)]
        self._parent.stdin.write(shlex.join(arguments) + "\n")
        self._parent.stdin.flush()
        self.pid = int(self._parent.stdout.readline())
        while not self.is_alive():
            assert time.monotonic() - began < START_S_MAX, "the server does not answer"
            time.sleep(0.02)
        return time.monotonic() - began

    def is_alive(self) -> bool:
        """Whether it answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        with (
            contextlib.suppress(OSError, http.client.HTTPException),
            contextlib.closing(connection),
        ):
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        return False

    def kill(self) -> None:
        """SIGKILL to every process of it at once: nobody says good-bye, nothing is flushed."""
        if not self.pid:
            return
        with contextlib.suppress(ProcessLookupError):
            while True:
                os.killpg(self.pid, signal.SIGKILL)
                time.sleep(0.005)  # until none is left: a port is free, a disk can be taken away
        self.pid = 0

    def kill_worker(self, chance: random.Random) -> None:
        """SIGKILL to one worker; the others go on, and the arbiter makes another."""
        workers = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        if workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(chance.choice(workers)), signal.SIGKILL)
