"""Completes the OpenAPI document with what holds for every operation of its sort. Pure.

flask-smorest knows arguments, answers and the problems that a view names; this adds credentials,
names, headers, and the problems that follow from what an operation is, so that no room repeats
them. Not here: what a single view says of itself (`http.openapi`).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from werkzeug.routing import Rule

from server import problems
from server.problems import CATALOGUE, Problem

Scheme = Literal["device", "session"]

PROBLEM_MEDIA_TYPE = "application/problem+json"
DOCUMENT_PATH = "/api/v1/openapi.json"
#: Where a view's own problems wait in its operation until they become answers.
PROBLEMS = "x-problems"

_METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
_UNSAFE = frozenset({"post", "put", "patch", "delete"})
_EITHER: tuple[Scheme, ...] = ("device", "session")
_PARAMETER = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")

_INFO = """\
Work of communication on social and health insurance: activities, their photos, reviews, plans.

Phones send a token (`Authorization: Bearer …`, from `POST /api/v1/devices`); consoles a session
cookie (from `POST /api/v1/session`) and, with every change, the header `X-CSRF-Token`.
Every trouble is `application/problem+json` with a stable `type`. Answers may gain members;
programs leave alone what they do not know. Times are UTC, days are those of Việt Nam."""

_JSON_PROBLEMS = (
    problems.MALFORMED_JSON, problems.LENGTH_REQUIRED, problems.TOO_LARGE,
    problems.UNSUPPORTED_MEDIA_TYPE, problems.INVALID,
)  # fmt: skip

_HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    429: {"Retry-After": {"description": "Seconds", "schema": {"type": "string"}}},
    503: {"Retry-After": {"description": "Seconds", "schema": {"type": "string"}}},
}


def completed(document: dict[str, Any], rules: Iterable[Rule]) -> dict[str, Any]:
    """A completed copy of `document`. `rules` are the routes, which name the operations."""
    document = copy.deepcopy(document)
    names = _names(rules)
    document["info"]["description"] = _INFO
    document["paths"][DOCUMENT_PATH] = {"get": _own_operation()}
    document["components"]["schemas"].pop("PaginationMetadata", None)
    document["components"].pop("responses", None)  # flask-smorest's own 422
    for path, method, operation in operations(document):
        operation["operationId"] = names[path, method]
        _complete(operation, method, document["paths"][path].get("parameters", []))
    return document


def opened(document: dict[str, Any]) -> dict[str, Any]:
    """A copy in which answers may hold more members than described: they are added freely."""
    document = copy.deepcopy(document)
    components = document["components"]["schemas"]
    asked: set[str] = set()
    for _, _, operation in operations(document):
        _collect(operation.get("requestBody"), components, asked)
    for name, schema in components.items():
        if name not in asked and schema.get("additionalProperties") is False:
            del schema["additionalProperties"]
    return document


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """`(path, method in lower case, operation)` of all of them."""
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _names(rules: Iterable[Rule]) -> dict[tuple[str, str], str]:
    return {
        (_PARAMETER.sub(r"{\1}", rule.rule), method.lower()): rule.endpoint.rpartition(".")[2]
        for rule in rules
        for method in rule.methods or ()
        # Flask answers OPTIONS of every route by itself; only a view of its own is described
        if method != "OPTIONS" or not getattr(rule, "provide_automatic_options", False)
    }


def _own_operation() -> dict[str, Any]:
    answer = {"application/json": {"schema": {"type": "object"}}}
    return {"summary": "This document.", "responses": {"200": {"description": "OK",
                                                               "content": answer}}}  # fmt: skip


def _complete(operation: dict[str, Any], method: str, path_parameters: list[Any]) -> None:
    own = [CATALOGUE[slug] for slug in operation.pop(PROBLEMS, [])]
    if "security" not in operation:
        schemes = _EITHER if problems.UNAUTHENTICATED in own else ()
        operation["security"] = [{scheme: []} for scheme in schemes]
    responses = operation["responses"]
    for status in [status for status, answer in responses.items() if "$ref" in answer]:
        del responses[status]  # flask-smorest's own 422, ours says more
    by_status: dict[int, dict[str, Problem]] = {}
    for problem in (*own, *_baseline(operation, method, bool(path_parameters))):
        by_status.setdefault(problem.status, {})[problem.slug] = problem
    for status, same in sorted(by_status.items()):
        responses[str(status)] = _answer(status, list(same.values()))


def _baseline(operation: dict[str, Any], method: str, has_path: bool) -> Iterator[Problem]:
    """The problems that follow from what an operation is."""
    schemes = {scheme for one in operation["security"] for scheme in one}
    reads_json = "application/json" in operation.get("requestBody", {}).get("content", {})
    queries = any(p.get("in") == "query" for p in operation.get("parameters", []))
    if has_path or queries:
        yield problems.MALFORMED_REQUEST
    if queries:
        yield problems.INVALID
    if reads_json:
        yield from _JSON_PROBLEMS
    if schemes or reads_json:
        yield problems.OVERLOADED
    if schemes:
        yield problems.UNAUTHENTICATED
    if "session" in schemes and method in _UNSAFE:
        yield problems.CSRF


def _answer(status: int, same: list[Problem]) -> dict[str, Any]:
    schema = {
        "allOf": [
            {"$ref": "#/components/schemas/Problem"},
            {"properties": {"type": {"enum": [problem.slug for problem in same]},
                            "status": {"const": status}}},
        ]
    }  # fmt: skip
    return {
        "description": "\n\n".join(f"`{one.slug}`: {one.title_en}" for one in same),
        **({"headers": _HEADERS[status]} if status in _HEADERS else {}),
        "content": {PROBLEM_MEDIA_TYPE: {"schema": schema}},
    }


def _collect(part: Any, components: dict[str, Any], found: set[str]) -> None:
    """Names of components that `part` leads to."""
    if isinstance(part, list):
        for one in part:
            _collect(one, components, found)
    elif isinstance(part, dict):
        name = str(part.get("$ref", "")).rpartition("/")[2]
        if name in components and name not in found:
            found.add(name)
            _collect(components[name], components, found)
        for one in part.values():
            _collect(one, components, found)
