"""The one place that turns trouble into `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import errno
from typing import Any

import structlog
from flask import Flask, Response, current_app, jsonify
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

from server import problems
from server.problems import Problem, ProblemError

log = structlog.get_logger(__name__)

_BY_STATUS: dict[int, Problem] = {
    400: problems.MALFORMED_JSON,
    401: problems.UNAUTHENTICATED,
    403: problems.FORBIDDEN,
    404: problems.NOT_FOUND,
    405: problems.METHOD_NOT_ALLOWED,
    406: problems.NOT_ACCEPTABLE,
    409: problems.CONFLICT,
    411: problems.LENGTH_REQUIRED,
    413: problems.TOO_LARGE,
    415: problems.UNSUPPORTED_MEDIA_TYPE,
    422: problems.INVALID,
    429: problems.TOO_MANY_ATTEMPTS,
    503: problems.OVERLOADED,
}

#: webargs puts the place of the arguments first, marshmallow a mark for the whole.
_NO_FIELDS = frozenset({"json", "query", "path", "view_args", "_schema"})


def install(app: Flask) -> None:
    """Let every error of `app` leave by `render`."""
    app.register_error_handler(ProblemError, lambda e: render(e.problem, **e.extras))
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(PoolTimeoutError, _busy)
    app.register_error_handler(DataError, lambda e: _refused_too_late(e, problems.INVALID))
    app.register_error_handler(IntegrityError, lambda e: _refused_too_late(e, problems.CONFLICT))
    app.register_error_handler(OSError, _from_disk)
    app.register_error_handler(Exception, _from_bug)


def render(problem: Problem, *, headers: dict[str, str] | None = None, **extras: Any) -> Response:
    """The answer for `problem`. `extras` become members; None is left out."""
    body = {
        "type": problem.slug,
        "title": problem.title_vi,
        "title_en": problem.title_en,
        "status": problem.status,
        **{key: value for key, value in extras.items() if value is not None},
    }
    response = jsonify(body)
    response.status_code = problem.status
    response.content_type = "application/problem+json"
    response.headers.update(headers or {})
    if problem.status in (429, 503):
        response.headers.setdefault("Retry-After", str(extras.get("retry_after_s", 5)))
    if problem.status == 401:
        response.headers.setdefault("WWW-Authenticate", 'Bearer realm="loa"')
    return response


def _from_http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400 and isinstance(error.response, Response):
        return error.response
    problem = _BY_STATUS.get(status)
    if problem is None:
        problem = problems.MALFORMED_JSON if status < 500 else problems.INTERNAL
    # webargs hangs the field messages of a 422 on the exception
    messages = getattr(error, "data", {}).get("messages") if hasattr(error, "data") else None
    headers = dict(error.get_headers() or [])
    keep = {k: v for k, v in headers.items() if k in ("Allow", "Retry-After", "Location")}
    return render(problem, headers=keep, problems=_listed(messages) if messages else None)


def _listed(messages: Any, field: str = "") -> list[dict[str, str]]:
    """marshmallow's tree of messages as one list, each with the dotted name of its field."""
    if isinstance(messages, dict):
        return [
            problem
            for name, inner in messages.items()
            for problem in _listed(inner, field if name in _NO_FIELDS else _below(field, name))
        ]
    if isinstance(messages, list) and any(isinstance(one, dict | list) for one in messages):
        return [problem for inner in messages for problem in _listed(inner, field)]
    text = " ".join(map(str, messages)) if isinstance(messages, list) else str(messages)
    return [{"field": field, "code": "invalid", "vi": "Giá trị chưa đúng.", "en": text}]


def _below(field: str, name: object) -> str:
    return f"{field}.{name}" if field else str(name)


def _busy(error: Exception) -> Response:
    """The database is away or held too long: the phone tries again, nobody is told of a bug."""
    log.warning("database_unavailable", error=type(error).__name__)
    return render(problems.OVERLOADED, retry_after_s=5)


def _refused_too_late(error: Exception, problem: Problem) -> Response:
    """The database refused what the caller sent. So should we have, hence the log."""
    log.error("refused_by_the_database", exc_info=error)
    return render(problem)


def _from_disk(error: OSError) -> Response:
    """A full disk is no bug either: what was acknowledged stands, the rest comes again."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return _from_bug(error)
    log.error("disk_full")
    return render(problems.OVERLOADED, retry_after_s=60)


def _from_bug(error: Exception) -> Response:
    # `http.logs` keeps classes and places only: messages of databases carry the values of rows
    log.error("unhandled", exc_info=error)
    if current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    return render(problems.INTERNAL)
