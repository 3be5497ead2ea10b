"""`/healthz` (alive), `/readyz` (can work), `/metrics` (Prometheus). None needs a sign-in.

Figures are counted by route, so nothing in them tells of a person; a proxy may still keep
`/metrics` inside. Several processes share one folder of figures (PROMETHEUS_MULTIPROC_DIR, set by
`gunicorn_conf`).
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import structlog
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Flask, Response, current_app, jsonify, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from server import problems
from server.database import db
from server.http.errors import render
from server.settings import Settings

log = structlog.get_logger(__name__)

_health = Blueprint("health", __name__)
_STARTED = "loa.metrics_started"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_REQUESTS = Counter("loa_requests", "Requests answered", ["method", "route", "status"])
_SECONDS = Histogram(
    "loa_request_seconds", "Time to the answer", ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)  # fmt: skip


def install(app: Flask) -> None:
    """Answer the three paths and count every request of `app`."""
    app.register_blueprint(_health)
    app.before_request(_start_clock)
    app.after_request(_count)


@_health.get("/healthz")
def alive() -> Response:
    """The process answers; asks nobody else, so that a slow database restarts nothing."""
    return jsonify({"status": "ok"})


@_health.get("/readyz")
def ready() -> Response:
    """Whether work can be done: `{"status", "checks": {name: true}}`, or 503 with the same."""
    checks = check_readiness()
    if not all(checks.values()):
        log.warning("not_ready", **checks)
        return render(problems.OVERLOADED, checks=checks)
    return jsonify({"status": "ready", "checks": checks})


@_health.get("/metrics")
def metrics() -> Response:
    """All processes' figures in Prometheus's text format."""
    registry: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def check_readiness() -> dict[str, bool]:
    """Each thing that work needs, and whether it is there."""
    settings: Settings = current_app.extensions["loa_settings"]
    return {**_check_database(), "files": _check_files(settings)}


def _check_database() -> dict[str, bool]:
    try:
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            present = set(MigrationContext.configure(connection).get_current_heads())
    except SQLAlchemyError:
        return {"database": False, "migrations": False}
    return {"database": True, "migrations": present == _expected_heads()}


def _expected_heads() -> set[str]:
    config = Config()
    config.set_main_option("script_location", current_app.extensions["migrate"].directory)
    return set(ScriptDirectory.from_config(config).get_heads())


def _check_files(settings: Settings) -> bool:
    """The folder (or where it will be made) can be written; other storages say so themselves."""
    if "://" in settings.files_url:
        return True
    folder = Path(settings.files_url)
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return os.access(folder, os.W_OK)


def _start_clock() -> None:
    request.environ[_STARTED] = time.perf_counter()


def _count(response: Response) -> Response:
    # a rule and never a path: paths are without number, and each would be a series
    route = request.url_rule.rule if request.url_rule else "none"
    method = request.method if request.method in _METHODS else "other"
    _REQUESTS.labels(method, route, response.status_code).inc()
    started = request.environ.get(_STARTED)
    if started is not None:
        _SECONDS.labels(route).observe(time.perf_counter() - started)
    return response
