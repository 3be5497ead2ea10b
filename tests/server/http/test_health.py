"""Whether the server lives and can work, told without a sign-in."""

from __future__ import annotations

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.database import db
from server.http import health


def test_alive_asks_nobody(client: FlaskClient) -> None:
    db.engine.dispose()
    assert client.get("/healthz").json == {"status": "ok"}


def test_not_ready_before_the_migrations(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_expected_heads", lambda: {"the-next-one"})
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["checks"] == {"database": True, "migrations": False, "files": True}
    assert "Retry-After" in answer.headers


def test_ready_when_all_is_there(app: Flask, client: FlaskClient) -> None:
    flask_migrate.stamp()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json["status"] == "ready"


def test_not_ready_without_a_database(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone:
        def connect(self) -> None:
            raise health.SQLAlchemyError("gone")

    monkeypatch.setattr(type(db), "engine", property(lambda _: Gone()))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["checks"]["database"] is False


def test_figures_count_routes_and_not_paths(client: FlaskClient) -> None:
    client.get("/healthz")
    client.get("/nowhere/0912345678")
    client.open("/healthz", method="BREW")
    figures = client.get("/metrics")
    assert figures.mimetype == "text/plain"
    assert 'loa_requests_total{method="GET",route="/healthz",status="200"}' in figures.text
    assert 'method="other"' in figures.text
    assert "0912345678" not in figures.text
