"""Many rows of several tables written at once: one message to PostgreSQL, however many rows.

The driver sends a message for each row of an `executemany`, and a push of one operation would make
a round trip for each table. PostgreSQL takes all rows as JSON documents instead, by one statement
with a part for each table. SQLite lies in the same process and takes them row by row. The rows are
those that `insert()` takes, each table's with the same members. Not here: what the rows mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import orjson
from sqlalchemy import Column, Connection, Insert, Table, insert
from sqlalchemy.dialects import postgresql, sqlite

Rows = Sequence[Mapping[str, Any]]


def insert_all(connection: Connection, rows: Mapping[Table, Rows]) -> None:
    """Write new rows, table by table in the order given; tables without rows are passed over."""
    present = [(table, found) for table, found in rows.items() if found]
    if connection.dialect.name != "postgresql":
        for table, found in present:
            connection.execute(_insertion(table), [dict(row) for row in found])
    elif present:
        statement = _insertions(tuple((table, tuple(found[0])) for table, found in present))
        _send(connection, statement, [_whole(table, found) for table, found in present])


def upsert_all(connection: Connection, table: Table, rows: Rows, fixed: frozenset[str]) -> None:
    """Write rows by their `id`, new or not; of one that is there the `fixed` columns stay."""
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.execute(_sqlite_upsert(table, fixed), [dict(row) for row in rows])
        return
    _send(connection, _upsertion(table, tuple(rows[0]), fixed), [_whole(table, rows)])


def _send(connection: Connection, statement: str, found: list[list[Mapping[str, Any]]]) -> None:
    # a plain row of parameters: the driver needs nothing of SQLAlchemy here
    connection.exec_driver_sql(statement, tuple(orjson.dumps(each).decode() for each in found))


def _whole(table: Table, rows: Rows) -> list[Mapping[str, Any]]:
    """The rows with the model's defaults for members that they have not."""
    defaults = _defaults(table, tuple(rows[0]))
    return [{**defaults, **row} for row in rows] if defaults else list(rows)


@cache
def _defaults(table: Table, names: tuple[str, ...]) -> dict[str, Any]:
    return {
        column.name: column.default.arg  # type: ignore[attr-defined]
        for column in table.c
        if column.name not in names and column.default is not None and column.default.is_scalar
    }


@cache
def _insertions(tables: tuple[tuple[Table, tuple[str, ...]], ...]) -> str:
    parts = [f"w{n} AS ({_inserted(*each)})" for n, each in enumerate(tables)]
    return f"WITH {', '.join(parts)} SELECT 1"


@cache
def _upsertion(table: Table, names: tuple[str, ...], fixed: frozenset[str]) -> str:
    columns = [table.c[name] for name in names if name not in fixed | {"id"}]
    changed = ", ".join(f"{name} = EXCLUDED.{name}" for name in map(_quoted, columns))
    return f"{_inserted(table, names)} ON CONFLICT (id) DO UPDATE SET {changed}"


def _inserted(table: Table, names: tuple[str, ...]) -> str:
    """One table's rows out of one JSON list."""
    columns = [table.c[name] for name in (*names, *_defaults(table, names))]
    listed = ", ".join(_quoted(column) for column in columns)
    typed = ", ".join(f"{_quoted(column)} {_type(column)}" for column in columns)
    # Names and types are the models', never a caller's
    return (
        f"INSERT INTO {table.name} ({listed}) SELECT {listed}"  # noqa: S608
        f" FROM jsonb_to_recordset(%s::jsonb) AS r({typed})"
    )


_dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


def _quoted(column: Column[Any]) -> str:
    return str(_dialect.identifier_preparer.quote(column.name))


def _type(column: Column[Any]) -> str:
    return str(column.type.compile(_dialect))


@cache
def _insertion(table: Table) -> Insert:
    return insert(table).inline()  # nobody asks for the numbers that the database gives


@cache
def _sqlite_upsert(table: Table, fixed: frozenset[str]) -> Insert:
    statement = sqlite.insert(table)
    return statement.on_conflict_do_update(
        index_elements=["id"],
        set_={column.name: column for column in statement.excluded if column.name not in fixed},
    )
