"""Migrations lead to the models, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import column, inspect, select, table, text

from server.app import create_app
from server.database import db
from server.database.types import Json
from server.settings import from_environment
from tests.support.databases import PostgresTemplates

A_PERSON = """
    INSERT INTO account (id, name, role, second_factor_required, created_at)
    VALUES ('a', 'Lò Thị Mẫu', 'collaborator', FALSE, '2026-01-01 00:00:00')
"""
A_PHONE = """
    INSERT INTO device (id, account_id, name, token_hash, epoch, last_n, epoch_from, created_at,
                        forks, loss_open)
    VALUES (:name, 'a', :name, :name, :epoch, 20, :start, '2026-01-01 00:00:00', 0, FALSE)
"""


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


def test_where_a_phones_epoch_began_goes_with_it(empty_app: Flask) -> None:
    flask_migrate.upgrade(revision="0010")
    with db.engine.begin() as connection:
        connection.execute(text(A_PERSON))
        for name, epoch, start in (("cloned", 3, 12), ("whole", 1, 0)):
            connection.execute(text(A_PHONE), {"name": name, "epoch": epoch, "start": start})
    flask_migrate.upgrade(revision="0011")
    kept = select(column("epoch_starts", Json)).select_from(table("device"))
    with db.engine.begin() as connection:
        starts = connection.scalars(kept.order_by(column("name"))).all()
    assert starts == [{"3": 12}, {}]
    flask_migrate.downgrade(revision="0010")
    with db.engine.begin() as connection:
        again = connection.scalars(text("SELECT epoch_from FROM device ORDER BY name")).all()
    assert again == [12, 0]
