"""Every route that takes JSON takes it strictly, and nothing sent to any route is a 5xx."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server import clock
from tests.factories.accounts import bearer, make_account, make_device
from tests.server.http.test_body import POISON

SHAPES = [
    b"{}", b"[]", b"null", b"1", b'"x"', b"true", b"[[[[[[]]]]]]",
    b'{"a": {"b": [1, {"c": null}]}}',
    b'{"__proto__": {}, "constructor": 1}', "{\"tên\": \"\U0001f600\"}".encode(),
]  # fmt: skip
ODD_QUERIES = ["", "?limit=-1&after=x&q=%F0%9F%98%80",
               "?limit=99999999999999999999&from=0000-00-00",
               "?unit=%27%3B--&status=x&kind=&period=2026-W99"]  # fmt: skip


def urls(app: Flask) -> Iterator[tuple[str, str]]:
    """Each method and path of the API, with something odd for each variable."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/"):
            for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
                for odd in ("x", "0" * 64, "é"):
                    yield method, re.sub(r"<[^>]+>", odd, rule.rule)
                    if "<" not in rule.rule:
                        break


@pytest.fixture
def reviewer(session: Session) -> dict[str, str]:
    account = make_account(session, clock.now(), "provincial_reviewer", "p-01-2025")
    return bearer(make_device(session, clock.now(), account)[1])


def test_poison_is_never_our_fault(
    app: Flask, client: FlaskClient, reviewer: dict[str, str]
) -> None:
    failed = []
    for (method, url), body in itertools.product(urls(app), POISON + SHAPES):
        if method != "GET":
            answer = client.open(url, method=method, data=body, content_type="application/json",
                                 headers=reviewer)  # fmt: skip
            if answer.status_code >= 500:
                failed.append((method, url, body[:40], answer.status_code))
    assert not failed


def test_odd_queries_are_never_our_fault(
    app: Flask, client: FlaskClient, reviewer: dict[str, str]
) -> None:
    failed = []
    for (method, url), query in itertools.product(urls(app), ODD_QUERIES):
        if method == "GET" and client.get(url + query, headers=reviewer).status_code >= 500:
            failed.append(url + query)
    assert not failed


@pytest.mark.parametrize("path", ["/api/v1/session", "/api/v1/devices"])
@pytest.mark.parametrize("poison", [b'{"a": NaN}', b'{"a": "\\ud800"}', b'{"a": 1, "a": 2}'])
def test_arguments_are_read_strictly(client: FlaskClient, path: str, poison: bytes) -> None:
    answer = client.post(path, data=poison, content_type="application/json")
    assert (answer.status_code, answer.json["type"]) == (400, "malformed-json")


def test_missing_body_is_told_field_by_field(client: FlaskClient) -> None:
    answer = client.post("/api/v1/devices")
    assert answer.status_code == 422
    assert {one["field"] for one in answer.json["problems"]} == {"enrolment_code", "name"}
