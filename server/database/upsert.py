"""`INSERT … ON CONFLICT DO NOTHING` for both databases, whose dialects each have their own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.database import Base


def insert_or_ignore(session: Session, model: type[Base], **values: Any) -> Insert:
    """A statement that writes the row unless its key is there already."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(model).values(**values).on_conflict_do_nothing()
    return sqlite.insert(model).values(**values).on_conflict_do_nothing()
