"""A small application with the front and no rooms: these tests need no database."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.http import front
from server.http.decode import StrictJsonProvider
from server.settings import Settings


@pytest.fixture
def plain_settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path, database_url="sqlite://", files_url=str(tmp_path / "files"),
        secret_key="k" * 48, public_url="http://localhost:8000", port=8000,
    )  # fmt: skip


@pytest.fixture
def small(plain_settings: Settings) -> Flask:
    """An app to which a test adds its own routes."""
    app = Flask("small", static_folder=None)
    app.json = StrictJsonProvider(app)
    app.extensions["loa_settings"] = plain_settings
    front.install(app)
    return app


@pytest.fixture
def browser(small: Flask) -> FlaskClient:
    return small.test_client()
