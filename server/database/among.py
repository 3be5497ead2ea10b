"""`column in (these values)` as one statement text, however many values there are.

SQLAlchemy writes one parameter a value, so each number of values is another statement: to make,
to keep, and for PostgreSQL to plan. Here the list is one parameter: an array, or JSON on SQLite.
Not here: lists of other things than texts and whole numbers.
"""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Dialect,
    String,
    Text,
    TypeDecorator,
    bindparam,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import Boolean, TypeEngine


class _List(TypeDecorator[Any]):
    """A parameter that holds all the values."""

    impl = Text
    cache_ok = True

    def __init__(self, item: type[TypeEngine[Any]]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text of a JSON list where there are no arrays."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(ARRAY(self.item))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """The values, as the database takes them."""
        found = list(value)
        return found if dialect.name == "postgresql" else orjson.dumps(found).decode()


class Among(ColumnElement[bool]):
    """The condition; see `among`."""

    inherit_cache = True
    type = Boolean()
    _traverse_internals = [  # noqa: RUF012 - SQLAlchemy's protocol
        ("column", InternalTraversal.dp_clauseelement),
        ("values", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, column: ColumnElement[Any], values: BindParameter[Any]) -> None:
        self.column = column
        self.values = values

    def self_group(self, against: Any = None) -> Among:
        """Itself: SQLAlchemy would write `… = 1` behind it, and SQLite then use no index."""
        return self


def among(column: ColumnElement[Any], name: str) -> Among:
    """That `column` (text or whole number) is one of the values given as parameter `name`."""
    item = String if column.type.python_type is str else BigInteger
    return Among(column, bindparam(name, type_=_List(item)))


@compiles(Among, "postgresql")
def _as_array(element: Among, compiler: Any, **options: Any) -> str:
    column = compiler.process(element.column, **options)
    return f"{column} = ANY ({compiler.process(element.values, **options)})"


@compiles(Among)
def _as_json(element: Among, compiler: Any, **options: Any) -> str:
    column = compiler.process(element.column, **options)
    values = compiler.process(element.values, **options)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - our own text
