"""Runs Alembic inside the application, on the address of its settings."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import JSON

from server.database.types import Moment

target = current_app.extensions["migrate"].db
config = context.config


def include_object(_object, name, type_, _reflected, _compare_to):
    return not (type_ == "table" and name == "alembic_version")


def render_item(kind, item, autogenerating):
    """Migrations know only SQLAlchemy's own types: ours may move, a migration may not."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        autogenerating.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


with target.engine.connect() as connection:
    # A writer from its first statement, and one transaction for all steps: SQLite's and
    # PostgreSQL's DDL are both transactional, so a failed upgrade leaves no half schema.
    connection = connection.execution_options(loa_writer=True)
    context.configure(
        connection=connection,
        target_metadata=target.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        include_object=include_object,
        render_item=render_item,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
