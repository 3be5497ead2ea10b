"""Migrations lead to the models, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import inspect

from server.app import create_app
from server.database import db
from server.settings import from_environment
from tests.support.databases import PostgresTemplates


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The application over a database without a single table."""
    environment = {"LOA_DATA_DIR": str(tmp_path), "LOA_SECRET_KEY": "k" * 48}
    if request.param == "postgresql":
        templates: PostgresTemplates = request.getfixturevalue("postgres_templates")
        with templates.empty() as url:
            yield from _running(environment | {"LOA_DATABASE_URL": url})
    else:
        yield from _running(environment)


def _running(environment: dict[str, str]) -> Iterator[Flask]:
    app = create_app(from_environment(environment))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_upgrade_makes_the_models_and_downgrade_undoes_it(empty_app: Flask) -> None:
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": False,
                "include_object": lambda _o, name, *_: name != "alembic_version",
            },
        )
        assert compare_metadata(context, db.metadata) == []
    flask_migrate.downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
