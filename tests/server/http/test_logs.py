"""Logs tell what happened and never about whom."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient

from server.http.logs import JsonFormatter, StalledClients, configure, describe_exception

CANARY = "Lò Thị Mai 0912345678"


@pytest.fixture(autouse=True)
def routes(small: Flask) -> None:
    @small.get("/people/<name>")
    def _(name: str) -> Any:
        return {}

    @small.post("/broken")
    def _broken() -> Any:
        try:
            raise KeyError(CANARY)
        except KeyError as error:
            raise ValueError(f"DETAIL: Key (name)=({CANARY}) exists") from error


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    captured = capsys.readouterr()
    assert captured.out == ""  # standard output belongs to the commands' answers
    return [json.loads(line) for line in captured.err.splitlines()]


def test_request_is_one_line_with_its_route(
    browser: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = browser.get(f"/people/{CANARY}?phone={CANARY}", headers={"X-Request-ID": "abc-12345"})
    (line,) = lines(capsys)
    assert (line["route"], line["status"], line["request"]) == ("/people/<name>", 200, "abc-12345")
    assert answer.headers["X-Request-ID"] == "abc-12345"
    assert CANARY not in json.dumps(line, ensure_ascii=False)


@pytest.mark.parametrize("given", ["short", "x" * 65, "two words here", 'quote"quote'])
def test_odd_request_ids_are_replaced(browser: FlaskClient, given: str) -> None:
    answer = browser.get("/people/x", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] != given


def test_failure_tells_where_and_not_about_whom(
    browser: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = browser.post("/broken", json={"name": CANARY})
    assert answer.status_code == 500
    assert answer.json["type"] == "internal"
    assert CANARY not in answer.text
    failure, request = lines(capsys)
    assert [one["class"] for one in failure["exception"]] == [
        "builtins.ValueError", "builtins.KeyError",
    ]  # fmt: skip
    assert "test_logs.py" in failure["exception"][0]["at"][-1]
    assert failure["request"] == request["request"]
    assert CANARY not in json.dumps([failure, request], ensure_ascii=False)


def test_other_loggers_are_scrubbed_too() -> None:
    try:
        raise ValueError(CANARY)
    except ValueError:
        record = logging.LogRecord("gunicorn.error", logging.ERROR, "x", 1, "Error handling %s",
                                   (CANARY,), sys.exc_info())  # fmt: skip
    line = json.loads(JsonFormatter().format(record))
    assert line["exception"][0]["class"] == "builtins.ValueError"
    assert CANARY not in json.dumps(line, ensure_ascii=False)


def test_clients_that_stall_are_no_error() -> None:
    for error, kept in ((BlockingIOError(), False), (ValueError(), True)):
        record = logging.LogRecord("x", logging.ERROR, "x", 1, "x", (), (type(error), error, None))
        assert StalledClients().filter(record) is kept


def test_handled_exception_is_scrubbed(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    try:
        raise ValueError(CANARY)
    except ValueError:
        structlog.get_logger("x").exception("failed")
    (line,) = lines(capsys)
    assert line["event"] == "failed"
    assert CANARY not in json.dumps(line, ensure_ascii=False)


def test_endless_chains_are_cut() -> None:
    error = ValueError()
    error.__cause__ = error
    assert len(describe_exception(error)) == 10
