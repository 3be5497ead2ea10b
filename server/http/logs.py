"""Logs: one JSON object a line on standard error, without personal data.

A line of a request names its route (`/api/v1/activities/<id>`), never its path, query, body or
address. Of an exception only classes and places in the code are kept, since messages of databases
carry the values of rows (F10). Not here: the audit log, which is data (`accounts.audit`).
"""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, request

REQUEST_ID_HEADER = "X-Request-ID"
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_STARTED = "loa.started"
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})

log = structlog.get_logger(__name__)


def configure() -> None:
    """Make every structlog logger of this process write JSON to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            scrub_exception,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,  # standard error may be replaced, by tests for one
    )


def install(app: Flask) -> None:
    """Give each request of `app` an id and a line."""
    app.before_request(_begin)
    app.after_request(_end)


def scrub_exception(
    _logger: Any, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace `exc_info` by the classes of the chain and where each was raised."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()[1]
    if isinstance(found, tuple):
        found = found[1]
    if isinstance(found, BaseException):
        event["exception"] = describe_exception(found)
    return event


def describe_exception(error: BaseException) -> list[dict[str, Any]]:
    """`{class, at: [file:line function]}` of the error and its causes. No message, no values."""
    chain: list[dict[str, Any]] = []
    current: BaseException | None = error
    while current is not None and len(chain) < 10:
        frames = traceback.extract_tb(current.__traceback__)[-12:]
        chain.append({
            "class": f"{type(current).__module__}.{type(current).__qualname__}",
            "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        })  # fmt: skip
        current = current.__cause__ or current.__context__
    return chain


class JsonFormatter(logging.Formatter):
    """Lines of the standard library's loggers (gunicorn, SQLAlchemy), in the same form."""

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object."""
        event: dict[str, Any] = {
            "event": record.getMessage(),
            "logger": record.name,
            "level": record.levelname.lower(),
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"),
        }
        if record.exc_info and record.exc_info[1] is not None:
            # such messages are written by others and may quote a row
            event["event"] = str(record.msg)
            event["exception"] = describe_exception(record.exc_info[1])
        rendered = structlog.processors.JSONRenderer(ensure_ascii=False)(None, "", event)
        return rendered if isinstance(rendered, str) else rendered.decode()


class StalledClients(logging.Filter):
    """Drops gunicorn's errors about clients that stopped sending: weather, not trouble."""

    def filter(self, record: logging.LogRecord) -> bool:
        """False for a socket that timed out."""
        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(error, BlockingIOError | TimeoutError)


def _begin() -> None:
    given = request.headers.get(REQUEST_ID_HEADER, "")
    request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=request_id)
    request.environ[_STARTED] = (request_id, time.perf_counter())


def _end(response: Response) -> Response:
    request_id, started = request.environ.get(_STARTED, ("", time.perf_counter()))
    response.headers[REQUEST_ID_HEADER] = request_id
    route = request.url_rule.rule if request.url_rule else "none"
    if route not in _QUIET:
        log.info("request", method=request.method, route=route, status=response.status_code,
                 ms=round((time.perf_counter() - started) * 1000, 1))  # fmt: skip
    return response
