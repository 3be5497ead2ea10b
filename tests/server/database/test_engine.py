"""Both databases keep what they acknowledge, and writers wait for each other."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from server.database import db, engine
from server.http.transaction import reading, writing
from tests.support.databases import PostgresTemplates


def pragma(name: str) -> Any:
    with db.engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_sqlite_is_durable(app: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        with db.engine.connect() as connection:
            assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"
            assert connection.execute(text("SHOW lock_timeout")).scalar() == "10s"
            assert connection.execute(text("SHOW statement_timeout")).scalar() == "30s"
            idle = text("SHOW idle_in_transaction_session_timeout")
            assert connection.execute(idle).scalar() == "15s"
        return
    assert pragma("journal_mode") == "wal"
    assert pragma("synchronous") == 2  # FULL
    assert pragma("foreign_keys") == 1
    assert pragma("busy_timeout") == engine.BUSY_TIMEOUT_MS


def test_a_writer_that_reads_first_waits_instead_of_failing(app: Flask) -> None:
    """Deferred transactions that turn into writers fail with "database is locked" at once."""
    statement = text("UPDATE feed_scope SET seq = seq + 1 WHERE name = 'reference'")
    query = text("SELECT seq FROM feed_scope WHERE name = 'reference'")
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with app.app_context(), writing() as session:
                session.execute(query)
                time.sleep(0.05)
                session.execute(statement)
        except BaseException as error:
            failures.append(error)

    with reading() as session:
        before = session.execute(query).scalar_one()
    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with reading() as session:
        assert session.execute(query).scalar_one() == before + 5


def test_a_postgresql_that_acknowledges_too_early_is_refused(
    postgres_templates: PostgresTemplates,
) -> None:
    with postgres_templates.empty() as url:
        fast = create_engine(url, connect_args={"options": "-c synchronous_commit=off"})
        engine.prepare(fast)
        with pytest.raises(RuntimeError, match="synchronous_commit=off"):
            fast.connect()
        fast.dispose()
