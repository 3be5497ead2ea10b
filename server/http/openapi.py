"""How answers are described in OpenAPI: every trouble is one `Problem`, by its status.

`@documented(problems.X, …)` names what a view may answer besides success. Not here: the problems
themselves (`server.problems`), nor how they are rendered (`http.errors`).
"""

from __future__ import annotations

import http
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, jsonify
from flask_smorest import Api, Blueprint
from flask_smorest.utils import prepare_response
from marshmallow import Schema, fields

from server.http import arguments as _strict_arguments  # noqa: F401 - see its docstring
from server.problems import Problem

PROBLEM_MEDIA_TYPE = "application/problem+json"

View = TypeVar("View", bound=Callable[..., Any])

_documenter = Blueprint("documenter", __name__)  # only for its `alt_response`


class ProblemSchema(Schema):
    """RFC 9457. `type` is a stable slug; further members depend on it."""

    type = fields.String(required=True, metadata={"description": "Stable slug, see problems.md"})
    title = fields.String(required=True, metadata={"description": "What happened, in Vietnamese"})
    title_en = fields.String(required=True, metadata={"description": "The same in English"})
    status = fields.Integer(required=True)
    problems = fields.Raw(metadata={"description": "What is wrong, field by field"})
    retry_after_s = fields.Integer(metadata={"description": "When to try again"})


def documented(*problems: Problem) -> Callable[[View], View]:
    """Describe `problems` as answers of a view, one response for each status."""
    by_status: dict[int, list[Problem]] = {}
    for problem in problems:
        by_status.setdefault(problem.status, []).append(problem)

    def decorate(view: View) -> View:
        for status, same in by_status.items():
            view = _documenter.alt_response(
                status,
                schema=ProblemSchema,
                content_type=PROBLEM_MEDIA_TYPE,
                description="; ".join(f"`{p.slug}`: {p.title_en}" for p in same),
            )(view)
        return view

    return decorate


class ProblemApi(Api):  # type: ignore[misc]
    """The API whose answers of default are problems too, in their own media type."""

    ERROR_SCHEMA = ProblemSchema
    # "default" would document every answer at once, and so none
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_responses(self) -> None:
        for status in http.HTTPStatus:
            self._register(status.name, status.phrase, is_problem=status >= 400)

    def _register(self, name: str, description: str, *, is_problem: bool) -> None:
        response: dict[str, Any] = {"description": description}
        if is_problem:
            response["schema"] = self.ERROR_SCHEMA
        prepare_response(response, self.spec, PROBLEM_MEDIA_TYPE)
        self.spec.components.response(name, response, lazy=True)

    def _register_error_handlers(self) -> None:
        """None: every error leaves by `http.errors`."""


def document(app: Flask) -> dict[str, Any]:
    """The OpenAPI 3.1 document of `app`'s API."""
    api: ProblemApi = app.extensions["loa_api"]
    found: dict[str, Any] = api.spec.to_dict()
    return found


def install(app: Flask, api: ProblemApi) -> None:
    """Answer `GET /api/v1/openapi.json` with the document of `api`, and name what signs in."""
    app.extensions["loa_api"] = api
    api.spec.components.security_scheme(
        "device", {"type": "http", "scheme": "bearer", "description": "A phone's token"}
    )
    api.spec.components.security_scheme(
        "session",
        {"type": "apiKey", "in": "cookie", "name": "loa_session",
         "description": "Console session; changes need X-CSRF-Token too"},
    )  # fmt: skip

    @app.get("/api/v1/openapi.json")
    def show_openapi() -> Response:
        return jsonify(document(app))
