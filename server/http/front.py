"""What stands before every room: `install(app)` puts it all in, in the order that it needs.

Not here: each part itself (`errors`, `headers`, `compression`, `logs`, `health`), nor the
PWA's files (`pages`).
"""

from __future__ import annotations

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from server import problems
from server.http import compression, errors, headers, health, logs
from server.problems import ProblemError
from server.settings import Settings


def install(app: Flask) -> None:
    """Prepare `app` for the world. Call it before the blueprints, once."""
    settings: Settings = app.extensions["loa_settings"]
    logs.configure()
    if hops := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    errors.install(app)
    # answers pass these from the last to the first: counted and logged as they leave
    logs.install(app)
    health.install(app)
    compression.install(app)
    headers.install(app)
    app.before_request(_refuse_nul)


def _refuse_nul() -> None:
    """PostgreSQL holds no NUL, so none gets in by a path or a query either."""
    if "\0" in request.path or "%00" in request.query_string.decode("latin-1"):
        raise ProblemError(problems.MALFORMED_REQUEST)
