"""Fresh databases for tests: one initialised template of each kind, copied for every test."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql

from server.app import create_app, load_reference_data
from server.database import db
from server.settings import from_environment

#: In memory where there is room: what a test wrote need not outlive the machine.
MEMORY = Path("/dev/shm")


def swift_place() -> Path | None:
    """Where files are quick to make and to sync; None: the usual place for temporary files."""
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2**31 else None


class Templates(Protocol):
    """Gives fresh databases that hold what `loa init` loads."""

    def fresh(self) -> contextlib.AbstractContextManager[str]: ...


def _initialise(url: str, folder: Path) -> None:
    """Fill the database at `url` as `loa init` does, but for the migrations."""
    app = create_app(
        from_environment(
            {"LOA_DATA_DIR": str(folder), "LOA_DATABASE_URL": url, "LOA_SECRET_KEY": "t" * 48}
        )
    )
    with app.app_context():
        db.create_all()
        load_reference_data()
        db.session.remove()
        db.engine.dispose()


class SqliteTemplates:
    """Copies of one file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.sqlite3"
        _initialise(f"sqlite:///{self._template}", folder)
        # one plain file, without a journal beside it
        connection = sqlite3.connect(self._template)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    @contextlib.contextmanager
    def fresh(self) -> Iterator[str]:
        path = self._folder / f"{uuid.uuid4().hex}.sqlite3"
        shutil.copyfile(self._template, path)
        yield f"sqlite:///{path}"
        for leftover in self._folder.glob(path.name + "*"):
            leftover.unlink()


class PostgresTemplates:
    """Databases made from a template in a server of our own, which ends with the session."""

    def __init__(self, port: int, folder: Path) -> None:
        self._admin = f"postgresql://loa@127.0.0.1:{port}/postgres"
        self._port = port
        self._create("template_loa", "template0")
        _initialise(self.url("template_loa"), folder)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://loa@127.0.0.1:{self._port}/{name}"

    def fresh(self) -> contextlib.AbstractContextManager[str]:
        return self._copy_of("template_loa")

    def empty(self) -> contextlib.AbstractContextManager[str]:
        """A database without tables."""
        return self._copy_of("template0")

    @contextlib.contextmanager
    def _copy_of(self, template: str) -> Iterator[str]:
        name = f"t_{uuid.uuid4().hex}"
        self._create(name, template)
        yield self.url(name)
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _create(self, name: str, template: str) -> None:
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute(statement)

    @classmethod
    @contextlib.contextmanager
    def started(cls, folder: Path, *, durable: bool = False) -> Iterator[PostgresTemplates]:
        """Run a server from Debian's binaries (as user postgres when we are root).

        `durable` keeps what is committed, as in production; tests need not wait for the disk.
        """
        hasty = [] if durable else ["-c", "fsync=off", "-c", "full_page_writes=off"]
        binaries = _binaries()
        as_user: dict[str, str] = {}
        # not in pytest's folder: another session beside this one closes that to other users
        place = None if durable else swift_place()
        home = Path(tempfile.mkdtemp(prefix="loa-postgres-", dir=place))
        data = home / "data"
        if os.geteuid() == 0:
            as_user = {"user": "postgres", "group": "postgres"}
            entry = pwd.getpwnam("postgres")
            os.chown(home, entry.pw_uid, entry.pw_gid)
        port = _free_port()
        subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "loa", "-A", "trust", "-E", "UTF8",
             "--locale=C.UTF-8", "--no-sync"],
            check=True, stdout=subprocess.DEVNULL, cwd="/", **as_user,  # type: ignore[call-overload]
        )  # fmt: skip
        with (home / "log").open("wb") as log:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-p", str(port), "-k", data,
                 "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200", *hasty],
                stdout=log, stderr=log, cwd="/", **as_user,  # type: ignore[call-overload]
            )  # fmt: skip
        try:
            _wait_for(port, server)
            yield cls(port, folder)
        finally:
            server.terminate()
            server.wait(20)
            shutil.rmtree(home, ignore_errors=True)


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise RuntimeError(
            "PostgreSQL is missing: apt-get install postgresql (or run `make setup`)"
        )
    return found[-1].parent


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise RuntimeError("PostgreSQL did not start")
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(f"postgresql://loa@127.0.0.1:{port}/postgres").close()
            return
        time.sleep(0.1)
    raise RuntimeError("PostgreSQL does not answer")
