"""What the database alone could take: the rows of a push, written by its bare driver.

The floor of `push`, as durable as the server's own commits. Not here: the server, and the race.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator
from typing import Any

TABLES = ("operation_log", "activity_event", "activity_evidence", "activity_count", "activity")


def sample(url: str) -> dict[str, list[dict[str, Any]]]:
    """The rows that one push of one operation left, by table, without numbers that are given."""
    with bare(url) as (run, _):
        (activity,) = run("SELECT * FROM activity ORDER BY received_at DESC LIMIT 1", ())
        found = {"activity": [activity]}
        for table in TABLES[:-1]:
            mark = "?" if url.startswith("sqlite") else "%s"
            statement = f"SELECT * FROM {table} WHERE activity_id = {mark}"
            found[table] = run(statement, (activity["id"],))
            for row in found[table]:
                if table in ("activity_event", "activity_count"):
                    row.pop("id")
    return found


def write_bare(
    url: str, rows: dict[str, list[dict[str, Any]]], scope: str, batch: int, operations: int
) -> Iterator[int]:
    """Yields when ready, then writes the rows of `operations` pushes and yields their number.

    Into a scope of its own: its rows bear no numbers that a phone could page by.
    """
    mark = "?" if url.startswith("sqlite") else "%s"
    lock = "" if url.startswith("sqlite") else " FOR UPDATE"
    statements = {
        table: f"INSERT INTO {table} ({', '.join(rows[table][0])}) "
        f"VALUES ({', '.join([mark] * len(rows[table][0]))})"
        for table in TABLES
    }
    batches = [_values(url, rows, scope, batch) for _ in range(operations // batch)]
    with bare(url) as (run, run_many):
        run("INSERT INTO feed_scope (name, seq, digest, moved_seq)"
            f" VALUES ({mark}, 0, '{'0' * 16}', 0) ON CONFLICT DO NOTHING", (scope,))  # fmt: skip
        yield 0
        for values in batches:
            run("BEGIN IMMEDIATE" if url.startswith("sqlite") else "BEGIN", ())
            for table in TABLES[:-1]:
                run_many(statements[table], values[table])
            run(f"SELECT seq FROM feed_scope WHERE name = {mark}{lock}", (scope,))
            run(f"UPDATE feed_scope SET seq = seq + {batch} WHERE name = {mark}", (scope,))
            run_many(statements["activity"], values["activity"])
            run("COMMIT", ())
        yield len(batches) * batch


def _values(
    url: str, rows: dict[str, list[dict[str, Any]]], scope: str, batch: int
) -> dict[str, list[tuple[Any, ...]]]:
    values: dict[str, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
    for _ in range(batch):
        activity = str(uuid.uuid4())
        for table in TABLES:
            for row in rows[table]:
                fresh = dict(row)
                if table == "activity":
                    fresh |= {"id": activity, "scope": scope}
                else:
                    fresh["activity_id"] = activity
                if table == "operation_log":
                    fresh["id"] = str(uuid.uuid4())
                values[table].append(tuple(_plain(url, each) for each in fresh.values()))
    return values


def _plain(url: str, value: Any) -> Any:
    """PostgreSQL's driver hands JSON out as Python values, and wants it back marked."""
    if isinstance(value, dict | list) and not url.startswith("sqlite"):
        from psycopg.types.json import Jsonb

        return Jsonb(value)
    return value


@contextlib.contextmanager
def bare(url: str) -> Iterator[tuple[Callable[..., Any], Callable[..., Any]]]:
    """The database's own driver, set as the server sets it: run one, run many."""
    if url.startswith("sqlite"):
        import sqlite3

        connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=60)
        connection.isolation_level = None
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

        def run(statement: str, values: tuple[Any, ...]) -> list[dict[str, Any]]:
            return [dict(row) for row in connection.execute(statement, values)]

        yield run, connection.executemany
        connection.close()
        return
    import psycopg
    from psycopg.rows import dict_row

    address = url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address, autocommit=True, row_factory=dict_row) as server:
        cursor = server.cursor()

        def run_one(statement: str, values: tuple[Any, ...]) -> list[dict[str, Any]]:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

        yield run_one, cursor.executemany
