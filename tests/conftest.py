"""Fixtures of the whole suite: the application over a fresh, initialised database.

Every test that takes `app`, `session` or `client` runs twice, on SQLite and on PostgreSQL. The
database is copied from a template that has been initialised once (places, plan, catalogue), so a
test starts with the country but without accounts or activities.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Playwright, sync_playwright
from sqlalchemy.orm import Session

from server.app import create_app
from server.database import db
from server.settings import Settings, from_environment
from tests.support.databases import PostgresTemplates, SqliteTemplates, Templates, swift_place

# How fast the machine is says nothing about the code: a busy one must not turn a test red
hypothesis.settings.register_profile("loa", deadline=None)
hypothesis.settings.load_profile("loa")

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # Friday 10:00 in Việt Nam, week 47


@pytest.fixture(scope="session")
def sqlite_templates() -> Iterator[Templates]:
    with tempfile.TemporaryDirectory(dir=swift_place(), prefix="loa-sqlite-") as folder:
        yield SqliteTemplates(Path(folder))


@pytest.fixture(scope="session")
def postgres_templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    with PostgresTemplates.started(tmp_path_factory.mktemp("postgres")) as templates:
        yield templates


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fresh, initialised database of each kind."""
    kind = "sqlite" if request.param == "sqlite" else "postgres"
    templates: Templates = request.getfixturevalue(f"{kind}_templates")
    with templates.fresh() as url:
        yield url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    environment = {"LOA_DATA_DIR": str(tmp_path / "var"), "LOA_SECRET_KEY": "k" * 48}
    return dataclasses.replace(from_environment(environment), database_url=database_url)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    app.testing = True
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    yield db.session()
    db.session.rollback()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def now() -> datetime:
    """The moment at which tests happen; pass it to operations."""
    return NOW


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives real browsers. One for the whole run: it refuses a second one beside it."""
    with sync_playwright() as running:
        yield running
