"""JSON is packed where it helps and is wanted."""

from __future__ import annotations

import gzip
import json

import brotli
import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

LONG = {"xã": ["Phường Ba Đình"] * 300}
WANTED = {"Accept-Encoding": "gzip, deflate"}


@pytest.fixture(autouse=True)
def routes(small: Flask) -> None:
    small.add_url_rule("/long", "long", lambda: LONG)
    small.add_url_rule("/short", "short", lambda: {"a": 1})
    small.add_url_rule("/page", "page", lambda: "x" * 5000)
    small.add_url_rule("/stream", "stream", lambda: Response(
        (b"[1]" for _ in range(9)), mimetype="application/json"))  # fmt: skip


def test_long_json_is_packed(browser: FlaskClient) -> None:
    answer = browser.get("/long", headers=WANTED)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert json.loads(gzip.decompress(answer.data)) == LONG
    assert int(answer.headers["Content-Length"]) == len(answer.data) < 500


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [("br", "br"), ("gzip, deflate, br, zstd", "br"), ("br;q=0.5, gzip", "gzip"),
     ("br;q=0, gzip", "gzip"), ("*", "br")],
)  # fmt: skip
def test_the_smaller_packing_if_the_caller_can(
    browser: FlaskClient, accept: str, chosen: str
) -> None:
    answer = browser.get("/long", headers={"Accept-Encoding": accept})
    assert answer.headers["Content-Encoding"] == chosen
    unpack = brotli.decompress if chosen == "br" else gzip.decompress
    assert json.loads(unpack(answer.data)) == LONG


@pytest.mark.parametrize("accept", ["", "br;q=0", "gzip;q=0", "identity", "zstd"])
def test_only_for_those_who_can_unpack(browser: FlaskClient, accept: str) -> None:
    answer = browser.get("/long", headers={"Accept-Encoding": accept})
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.json == LONG


@pytest.mark.parametrize("path", ["/short", "/page", "/stream"])
def test_the_rest_stays_plain(browser: FlaskClient, path: str) -> None:
    answer = browser.get(path, headers=WANTED)
    assert "Content-Encoding" not in answer.headers
    assert "Vary" not in answer.headers
