"""What a view says of itself in OpenAPI: the problems it may answer, and who may call it.

`@documented(problems.X, …)` names a view's own problems; those that follow from what an
operation is (it reads JSON, takes a query, asks who calls) are added to all in one place
(`http.description`). Not here: the problems themselves (`server.problems`), nor how they are
rendered (`http.errors`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, jsonify
from flask_smorest import Api, Blueprint
from marshmallow import INCLUDE, Schema, fields

from server import catalogue
from server.catalogue.derive.schemas import fields_schema
from server.http import arguments as _strict_arguments  # noqa: F401 - see its docstring
from server.http import description
from server.http.credentials import CSRF_HEADER
from server.problems import Problem

View = TypeVar("View", bound=Callable[..., Any])

_documenter = Blueprint("documenter", __name__)  # only for its `doc`


class ProblemSchema(Schema):
    """RFC 9457. `type` is a stable slug; further members depend on it."""

    class Meta:
        unknown = INCLUDE

    type = fields.String(required=True, metadata={"description": "Stable slug, see problems.md"})
    title = fields.String(required=True, metadata={"description": "What happened, in Vietnamese"})
    title_en = fields.String(required=True, metadata={"description": "The same in English"})
    status = fields.Integer(required=True)
    problems = fields.List(
        fields.Dict(), metadata={"description": "What is wrong: [{field, code, vi, en}]"}
    )
    retry_after_s = fields.Integer(metadata={"description": "When to try again"})


def documented(*problems: Problem) -> Callable[[View], View]:
    """Describe `problems` as answers of a view. `unauthenticated` means: phone or console."""
    slugs = [problem.slug for problem in problems]

    def decorate(view: View) -> View:
        decorated: View = _documenter.doc(**{description.PROBLEMS: slugs})(view)
        return decorated

    return decorate


def signed_in_by(*schemes: description.Scheme) -> Callable[[View], View]:
    """Describe a view that takes only these credentials: `device` (token), `session` (cookie)."""

    def decorate(view: View) -> View:
        decorated: View = _documenter.doc(security=[{scheme: []} for scheme in schemes])(view)
        return decorated

    return decorate


class ProblemApi(Api):  # type: ignore[misc]
    """The API whose troubles are described by `http.description` and answered by `http.errors`."""

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """None: every error leaves by `http.errors`."""


def document(app: Flask) -> dict[str, Any]:
    """The OpenAPI 3.1 document of `app`'s API."""
    return description.opened(closed_document(app))


def closed_document(app: Flask) -> dict[str, Any]:
    """The same, but an answer with a member that is not described doesn't fit: for tests."""
    api: ProblemApi = app.extensions["loa_api"]
    return description.completed(api.spec.to_dict(), app.url_map.iter_rules())


def install(app: Flask, api: ProblemApi) -> None:
    """Answer `GET /api/v1/openapi.json` with the document of `api`, and name what signs in."""
    app.extensions["loa_api"] = api
    components = api.spec.components
    described: dict[str, type[Schema]] = {"Problem": ProblemSchema}
    described |= {made.__name__: made for made in map(fields_schema, catalogue.kinds().values())}
    for name, schema in described.items():
        if name not in components.schemas:  # some view may have brought it along
            components.schema(name, schema=schema)
    components.security_scheme(
        "device", {"type": "http", "scheme": "bearer", "description": "A phone's token"}
    )
    components.security_scheme(
        "session",
        {"type": "apiKey", "in": "cookie", "name": "loa_session",
         "description": f"Console session; changes need {CSRF_HEADER} too. Over TLS the cookie"
                        " is called `__Host-loa`"},
    )  # fmt: skip

    @app.get(description.DOCUMENT_PATH)
    def show_openapi() -> Response:
        """This document."""
        return jsonify(document(app))
