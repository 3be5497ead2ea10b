"""A PostgreSQL server of a test's own whose disk, life and death the test decides.

Durable unless told otherwise. `databases.PostgresTemplates` is what nearly all tests want: one
server without fsync for the whole session.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import psycopg

from tests.support.databases import _binaries, _free_port

START_S_MAX = 60


class PostgresServer:
    """A cluster in `data`, made if it is not there."""

    def __init__(self, data: Path, *, fsync: bool = True) -> None:
        self._data = data
        self._log = data.parent / "postgres.log"
        self._fsync = fsync
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:
            self._user = {"user": "postgres", "group": "postgres"}
        if not data.exists():
            self._make()

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://loa@127.0.0.1:{self.port}/loa"

    def start(self) -> float:
        """Serve, after recovery if need be; returns the seconds until it took a connection."""
        began = time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [_binaries() / "postgres", "-D", self._data, "-p", str(self.port), "-k", "",
                 "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200",
                 "-c", f"fsync={'on' if self._fsync else 'off'}",
                 # the size of the test's disk, not of a server's
                 "-c", "max_wal_size=64MB", "-c", "shared_buffers=32MB"],
                stdout=log, stderr=log, cwd="/", start_new_session=True, **self._user,
            )  # fmt: skip
        while True:
            assert self._process.poll() is None, self._log.read_text()[-2000:]
            assert time.monotonic() - began < START_S_MAX, "PostgreSQL does not answer"
            with contextlib.suppress(psycopg.OperationalError):
                self.connect("postgres").close()
                return time.monotonic() - began
            time.sleep(0.05)

    def connect(self, database: str = "loa") -> psycopg.Connection[Any]:
        return psycopg.connect(
            f"postgresql://loa@127.0.0.1:{self.port}/{database}", autocommit=True
        )

    def kill(self) -> None:
        """SIGKILL to all of its processes, until none is left."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            while True:
                os.killpg(self._process.pid, signal.SIGKILL)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(0.01)
        self._process = None

    def stop(self) -> None:
        """As an operator stops it: connections are ended, everything is written."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        self._process.wait(30)
        self._process = None

    def _make(self) -> None:
        self._data.mkdir(parents=True)
        if self._user:
            os.chown(self._data, pwd.getpwnam("postgres").pw_uid, -1)
        subprocess.run(
            [_binaries() / "initdb", "-D", self._data, "-U", "loa", "-A", "trust", "-E", "UTF8",
             "--locale=C.UTF-8"],
            check=True, stdout=subprocess.DEVNULL, cwd="/", **self._user,
        )  # fmt: skip
        self.start()
        with self.connect("postgres") as connection:
            connection.execute("CREATE DATABASE loa TEMPLATE template0 ENCODING 'UTF8'")
