"""How we talk to SQLite and PostgreSQL so that both keep what they acknowledged.

SQLite: WAL, synchronous=FULL (NORMAL lost 4,861 of 209,216 acknowledged writes in power cuts),
foreign keys, a busy timeout; a writer says BEGIN IMMEDIATE at once, because a read that turns
into a write inside one transaction fails with "database is locked" whatever the timeout.
PostgreSQL: synchronous_commit stays on, timeouts bound every wait.
"""

from __future__ import annotations

import math
import time
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session

BUSY_TIMEOUT_MS = 15_000
LOCK_TIMEOUT_MS = 10_000
STATEMENT_TIMEOUT_MS = 30_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 15_000
#: A connection to PostgreSQL that lay in the pool for longer is tried before it is used.
RESTED_S = 2.0


def engine_options(database_url: str) -> dict[str, Any]:
    """Keyword arguments of `create_engine` for this address."""
    if database_url.startswith("sqlite"):
        return {**_JSON, "connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000,
                                          "check_same_thread": False}}  # fmt: skip
    settings = (
        f"-c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS} "
        f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_TIMEOUT_MS} "
        "-c timezone=UTC"
    )
    return {**_JSON, "connect_args": {"options": settings}, "pool_size": 10, "max_overflow": 10}


def prepare(engine: Engine) -> None:
    """Install the rules above on every connection of `engine`."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _refuse_fast_commit)
        event.listen(engine, "checkin", _note_use)
        event.listen(engine, "checkout", _check_rested)


def begin_writing(session: Session) -> None:
    """Start `session`'s transaction as a writer. Call it before the first statement."""
    if session.get_bind().dialect.name == "sqlite":
        assert not session.in_transaction(), "a writer must say so before it reads"
    session.connection(execution_options={"loa_writer": True})


def begin_snapshot(session: Session) -> None:
    """Start `session`'s transaction as a reader that sees one moment of the database."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(
            execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
    else:
        session.connection()  # a WAL reader sees one snapshot anyway


def end_snapshot(session: Session) -> None:
    """End what `begin_snapshot` began; nothing was written.

    At a ROLLBACK psycopg throws away all prepared statements of the connection: with one after
    each reading, PostgreSQL planned every statement of every push anew, half of its work.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.commit()
    else:
        session.rollback()


def begin_glance(session: Session) -> None:
    """Let `session` read without a transaction: one statement needs no BEGIN and no ROLLBACK."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})


def take_time(session: Session) -> None:
    """Lift the bounds on waiting for this transaction: an operator's long reading, no request."""
    if session.get_bind().dialect.name == "postgresql":
        for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
            session.execute(text(f"SET LOCAL {name} = 0"))


def _read_json(text: Any) -> Any:
    # SQLite hands a document that is a bare number out as a number
    return text if isinstance(text, int | float) else orjson.loads(text)


def _write_json(value: Any) -> str:
    return orjson.dumps(value).decode()


_JSON: dict[str, Any] = {"json_serializer": _write_json, "json_deserializer": _read_json}


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-32000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writer = connection.get_execution_options().get("loa_writer", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")


def _note_use(_connection: Any, record: Any) -> None:
    record.info["used_at"] = time.monotonic()


def _check_rested(connection: Any, record: Any, _proxy: Any) -> None:
    """Ask a connection that has rested whether it still lives: it may have been cut meanwhile.

    One that worked a moment ago is not asked; three questions a request took a tenth of a push.
    """
    if time.monotonic() - record.info.get("used_at", math.inf) < RESTED_S:
        return
    try:
        connection.execute("SELECT 1")
        connection.commit()  # no rollback: see `end_snapshot`
    except Exception as error:
        raise DisconnectionError from error  # the pool opens another


def _refuse_fast_commit(connection: Any, _record: Any) -> None:
    """A server that acknowledges before the disk has it loses what it acknowledged."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        (mode,) = cursor.fetchone()
    connection.rollback()
    if mode == "off":
        raise RuntimeError("PostgreSQL runs with synchronous_commit=off; Loa refuses to start")
