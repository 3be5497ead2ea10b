"""Whatever goes wrong leaves as a problem that says what to do, and tells nothing of the row."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, Response, abort, redirect
from flask.testing import FlaskClient
from marshmallow import Schema, fields
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from webargs.flaskparser import use_args
from werkzeug.exceptions import HTTPException

from server import problems
from server.http.logs import configure
from server.problems import ProblemError

CANARY = "Lò Thị Mai 0912345678"


class _Line(Schema):
    amount = fields.Integer(required=True)


class _Body(Schema):
    name = fields.String(required=True)
    lines = fields.List(fields.Nested(_Line))


def _from_database(kind: type[Exception]) -> Exception:
    return kind("INSERT INTO account", {"name": CANARY}, Exception(CANARY))  # type: ignore[call-arg]


TROUBLE: dict[str, Callable[[], Exception]] = {
    "problem": lambda: ProblemError(problems.CONFLICT, settlement="accept", note=None),
    "away": lambda: _from_database(OperationalError),
    "full": PoolTimeoutError,
    "value": lambda: _from_database(DataError),
    "key": lambda: _from_database(IntegrityError),
    "disk": lambda: OSError(errno.ENOSPC, CANARY),
    "quota": lambda: OSError(errno.EDQUOT, CANARY),
    "file": lambda: OSError(errno.EIO, CANARY),
    "bug": lambda: KeyError(CANARY),
}


@pytest.fixture(autouse=True)
def routes(small: Flask) -> None:
    @small.get("/trouble/<name>")
    def _(name: str) -> Any:
        raise TROUBLE[name]()

    @small.get("/status/<int:code>")
    def _status(code: int) -> Any:
        if code not in (418, 507):
            abort(code)
        error = HTTPException("a server between us")
        error.code = code
        raise error

    @small.get("/elsewhere")
    def _elsewhere() -> Any:
        abort(redirect("/there"))

    @small.post("/body")
    @use_args(_Body())
    def _body(_args: Any) -> Any:
        return Response("ok")


@pytest.mark.parametrize(
    ("name", "status", "slug", "wait"),
    [
        ("problem", 409, "conflict", None),
        ("away", 503, "overloaded", "5"),
        ("full", 503, "overloaded", "5"),
        ("value", 422, "invalid", None),
        ("key", 409, "conflict", None),
        ("disk", 503, "overloaded", "60"),
        ("quota", 503, "overloaded", "60"),
        ("file", 500, "internal", None),
        ("bug", 500, "internal", None),
    ],
)
def test_each_trouble_is_a_problem_and_tells_nothing_of_the_row(
    browser: FlaskClient, capsys: pytest.CaptureFixture[str],
    name: str, status: int, slug: str, wait: str | None,
) -> None:  # fmt: skip
    configure()
    answer = browser.get(f"/trouble/{name}")
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    said = answer.get_json()
    assert (said["type"], said["status"]) == (slug, status)
    assert said["title"]
    assert said["title_en"]
    assert answer.headers.get("Retry-After") == wait
    if wait:
        assert said["retry_after_s"] == int(wait)
    logged = capsys.readouterr().err
    for text in (answer.text, *map(json.dumps, map(json.loads, logged.splitlines()))):
        assert "0912345678" not in text


def test_members_of_a_problem_that_say_nothing_are_left_out(browser: FlaskClient) -> None:
    said = browser.get("/trouble/problem").get_json()
    assert said["settlement"] == "accept"
    assert "note" not in said


@pytest.mark.parametrize(
    ("code", "status", "slug"),
    [
        (400, 400, "malformed-json"), (401, 401, "unauthenticated"), (403, 403, "forbidden"),
        (404, 404, "not-found"), (409, 409, "conflict"), (413, 413, "too-large"),
        (415, 415, "unsupported-media-type"), (422, 422, "invalid"),
        (429, 429, "too-many-attempts"), (503, 503, "overloaded"),
        (418, 400, "malformed-json"), (507, 500, "internal"),
    ],
)  # fmt: skip
def test_what_the_framework_refuses_is_a_problem_too(
    browser: FlaskClient, code: int, status: int, slug: str
) -> None:
    answer = browser.get(f"/status/{code}")
    assert (answer.status_code, answer.get_json()["type"]) == (status, slug)
    assert ("Retry-After" in answer.headers) == (status in (429, 503))
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


def test_a_method_that_is_not_there_names_those_that_are(browser: FlaskClient) -> None:
    answer = browser.delete("/elsewhere")
    assert (answer.status_code, answer.get_json()["type"]) == (405, "method-not-allowed")
    assert "GET" in answer.headers["Allow"]


def test_a_redirect_is_no_trouble(browser: FlaskClient) -> None:
    answer = browser.get("/elsewhere")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/there")


def test_wrong_fields_are_named_by_their_place(browser: FlaskClient) -> None:
    answer = browser.post("/body", json={"lines": [{"amount": 1}, {"amount": "x"}]})
    assert (answer.status_code, answer.get_json()["type"]) == (422, "invalid")
    found = {each["field"]: each for each in answer.get_json()["problems"]}
    assert found.keys() == {"name", "lines.1.amount"}
    assert {(each["code"], each["vi"]) for each in found.values()} == {
        ("invalid", "Giá trị chưa đúng.")
    }
