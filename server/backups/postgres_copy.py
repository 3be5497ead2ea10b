"""A copy of a PostgreSQL database: each table by COPY, all out of one snapshot.

Needs no program of PostgreSQL's on this machine, so web server and database may stand apart. The
schema is not copied: the migrations make it, and the manifest names their revision.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from psycopg import Cursor, sql
from sqlalchemy import Connection, Engine, MetaData, create_engine, inspect, text

_FOLDER = "tables"
_COLUMNS = "columns.json"
_SCRATCH = "loa_rehearsal"


def copy_out(engine: Engine, folder: Path) -> dict[str, int]:
    """Write all tables of `engine` into `folder`; returns rows by table."""
    (folder / _FOLDER).mkdir()
    rows: dict[str, int] = {}
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        _take_time(connection)
        columns = {
            table: [column["name"] for column in inspect(connection).get_columns(table)]
            for table in inspect(connection).get_table_names()
        }
        for table, names in columns.items():
            rows[table] = _write(connection, folder, table, names)
    _write_durably(folder / _FOLDER / _COLUMNS, json.dumps(columns).encode())
    return rows


def copy_in(folder: Path, engine: Engine) -> None:
    """Fill the empty tables of `engine`, which stand at the backup's revision."""
    with engine.begin() as connection:
        _take_time(connection)
        found = MetaData()
        found.reflect(connection)
        ordered = [table.name for table in found.sorted_tables]
        _read_all(connection, folder, ordered)
        for table in ordered:
            _move_on_numbers(connection, table, found.tables[table].primary_key.columns.keys())


@contextlib.contextmanager
def opened(folder: Path, engine: Engine) -> Iterator[Engine]:
    """The copy, loaded into a scratch schema beside the live one: a rehearsal of restoring."""
    with engine.begin() as connection:
        _take_time(connection)
        connection.execute(text(f"DROP SCHEMA IF EXISTS {_SCRATCH} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA {_SCRATCH}"))
        columns = json.loads((folder / _FOLDER / _COLUMNS).read_bytes())
        for table in columns:
            connection.execute(
                text(f'CREATE TABLE {_SCRATCH}."{table}" (LIKE public."{table}" INCLUDING ALL)')
            )
        connection.execute(text(f"SET LOCAL search_path = {_SCRATCH}"))
        _read_all(connection, folder, list(columns))
    scratch = create_engine(
        engine.url, connect_args={"options": f"-c search_path={_SCRATCH} -c timezone=UTC"}
    )
    try:
        yield scratch
    finally:
        scratch.dispose()
        with engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {_SCRATCH} CASCADE"))


def _write(connection: Connection, folder: Path, table: str, columns: Sequence[str]) -> int:
    rows = 0
    statement = sql.SQL("COPY {} ({}) TO STDOUT").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with (
        _cursor(connection) as cursor,
        _file(folder, table).open("wb") as raw,
        gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=1, mtime=0) as file,
    ):
        with cursor.copy(statement) as copy:
            for block in copy:
                rows += bytes(block).count(b"\n")  # COPY writes a line break inside a value as \n
                file.write(block)
        file.close()
        raw.flush()
        os.fsync(raw.fileno())
    return rows


def _read_all(connection: Connection, folder: Path, tables: Sequence[str]) -> None:
    columns: dict[str, list[str]] = json.loads((folder / _FOLDER / _COLUMNS).read_bytes())
    for table in tables:
        if table not in columns:
            continue
        names = sql.SQL(", ").join(map(sql.Identifier, columns[table]))
        with _cursor(connection) as cursor:
            cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
            with gzip.open(_file(folder, table)) as file, cursor.copy(into) as copy:
                while block := file.read(1 << 20):
                    copy.write(block)


def _move_on_numbers(connection: Connection, table: str, keys: Sequence[str]) -> None:
    """A table that numbers its rows goes on behind the last one."""
    for key in keys:
        sequence = connection.scalar(
            text("SELECT pg_get_serial_sequence(:table, :key)"), {"table": table, "key": key}
        )
        if sequence is not None:
            connection.execute(
                text(f"SELECT setval(:sequence, max({key})) FROM {table} HAVING max({key}) > 0"),  # noqa: S608
                {"sequence": sequence},
            )


def _cursor(connection: Connection) -> contextlib.AbstractContextManager[Cursor[Any]]:
    driver: Any = connection.connection.driver_connection
    cursor: contextlib.AbstractContextManager[Cursor[Any]] = driver.cursor()
    return cursor


def _take_time(connection: Connection) -> None:
    for name in ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout"):
        connection.execute(text(f"SET LOCAL {name} = 0"))


def _file(folder: Path, table: str) -> Path:
    return folder / _FOLDER / f"{table}.copy.gz"


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
