"""Bodies under hard caps."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib
from typing import Any

import pytest
from flask import Flask, jsonify
from flask.testing import FlaskClient

from server.http import body

MAX_BYTES = 4096
MAX_INFLATED = 100_000


@pytest.fixture(autouse=True)
def echo(small: Flask) -> None:
    @small.post("/echo")
    def _() -> Any:
        return jsonify(body.read_json(MAX_BYTES, MAX_INFLATED))


def post(client: FlaskClient, data: bytes, **headers: str) -> tuple[int, Any]:
    answer = client.post(
        "/echo", data=data, content_type=headers.pop("type", "application/json"),
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )  # fmt: skip
    return answer.status_code, answer.json


def test_plain_and_packed_say_the_same(browser: FlaskClient) -> None:
    text = json.dumps({"tên": "Lò Thị Mai"}).encode()
    assert post(browser, text) == (200, {"tên": "Lò Thị Mai"})
    assert post(browser, gzip.compress(text), Content_Encoding="gzip")[1] == {"tên": "Lò Thị Mai"}


def test_bomb_is_stopped_at_the_cap_and_not_after_it(browser: FlaskClient) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = packer.compress(b" " * 3_000_000) + packer.flush()
    assert len(bomb) < MAX_BYTES
    tracemalloc.start()
    status, problem = post(browser, bomb, Content_Encoding="gzip")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (status, problem["type"]) == (413, "too-large")
    assert peak < 10 * MAX_INFLATED


def test_exactly_full_is_taken(browser: FlaskClient) -> None:
    full = b'"' + b"a" * (MAX_INFLATED - 2) + b'"'
    assert post(browser, gzip.compress(full), Content_Encoding="gzip")[0] == 200
    over = b'"' + b"a" * (MAX_INFLATED - 1) + b'"'
    assert post(browser, gzip.compress(over), Content_Encoding="gzip")[0] == 413


GOOD = gzip.compress(b'{"a": 1}')


@pytest.mark.parametrize(
    "broken",
    [b"no gzip", GOOD[:-4], GOOD[:-1], GOOD + b"more", GOOD + GOOD, GOOD[:10] + b"\xff" * 9],
)
def test_broken_gzip_is_the_senders_fault(browser: FlaskClient, broken: bytes) -> None:
    status, problem = post(browser, broken, Content_Encoding="gzip")
    assert (status, problem["type"]) == (400, "malformed-json")


def test_too_long_is_refused_before_reading(browser: FlaskClient) -> None:
    assert post(browser, b" " * (MAX_BYTES + 1))[0] == 413


@pytest.mark.parametrize(
    "headers", [{"type": "text/plain"}, {"Content_Encoding": "br"}, {"type": "image/png"}]
)
def test_other_types_are_refused(browser: FlaskClient, headers: dict[str, str]) -> None:
    assert post(browser, b"{}", **headers)[0] == 415


def test_length_is_asked_for(browser: FlaskClient) -> None:
    answer = browser.post(
        "/echo", content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )  # fmt: skip
    assert answer.status_code == 411


def test_shorter_body_than_told_is_refused(browser: FlaskClient) -> None:
    answer = browser.post(
        "/echo",
        data=b'{"a": 1}',
        content_type="application/json",
        environ_overrides={"CONTENT_LENGTH": "9"},
    )
    assert answer.status_code == 400


def test_full_house_answers_at_once(browser: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def acquire(self, blocking: bool) -> bool:
            return False

    monkeypatch.setattr(body, "_places", Full())
    assert post(browser, b"{}")[0] == 503


POISON = [
    b'{"a": NaN}', b'{"a": Infinity}', b'{"a": 1e999}', b'{"a": "\\u0000"}', b'{"a": "\\ud800"}',
    b'{"a": 1, "a": 2}', b"[" * 100_0, b'{"a": 99999999999999999999}', b"\xff", b" ", b"nothing",
    b'"\xed\xa0\x80"', b'{"a": ' + b"9" * 4000 + b"}",
]  # fmt: skip


@pytest.mark.parametrize("poison", POISON)
def test_poison_is_malformed(browser: FlaskClient, poison: bytes) -> None:
    status, problem = post(browser, poison)
    assert (status, problem["type"]) == (400, "malformed-json")
