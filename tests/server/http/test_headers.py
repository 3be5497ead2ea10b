"""Headers that every answer carries."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
from pathlib import Path

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from server.http import headers


@pytest.fixture(autouse=True)
def routes(small: Flask) -> None:
    small.add_url_rule("/page", "page", lambda: "xin chào")
    small.add_url_rule("/sw.js", "worker", lambda: "")
    small.add_url_rule("/api/v1/x", "api", lambda: {})

    @small.get("/media")
    def _() -> Response:
        return Response(b"", headers={"Content-Security-Policy": "sandbox"})


@pytest.mark.parametrize("path", ["/page", "/nowhere", "/api/v1/x"])
def test_every_answer_is_guarded(browser: FlaskClient, path: str) -> None:
    found = browser.get(path).headers
    policy = found["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "script-src 'self' 'wasm-unsafe-eval';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy.replace("wasm-unsafe-eval", "")
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["Referrer-Policy"] == "no-referrer"
    assert "camera=(self)" in found["Permissions-Policy"]
    assert found["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in found


def test_room_may_be_stricter(browser: FlaskClient) -> None:
    assert browser.get("/media").headers["Content-Security-Policy"] == "sandbox"


def test_answers_of_the_api_are_not_kept(browser: FlaskClient) -> None:
    assert browser.get("/api/v1/x").headers["Cache-Control"] == "no-store"
    assert "Cache-Control" not in browser.get("/page").headers


def test_tls_is_remembered(small: Flask, browser: FlaskClient) -> None:
    settings = small.extensions["loa_settings"]
    small.extensions["loa_settings"] = dataclasses.replace(
        settings, public_url="https://loa.example"
    )
    assert "max-age" in browser.get("/page").headers["Strict-Transport-Security"]


def test_only_one_path_may_become_a_service_worker(browser: FlaskClient) -> None:
    asking = {"Service-Worker": "script"}
    assert browser.get("/sw.js", headers=asking).status_code == 200
    assert browser.get("/page", headers=asking).status_code == 403
    assert browser.get("/media", headers=asking).status_code == 403


def test_inline_styles_of_the_build_are_named_by_hash(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<style>a{}</style><p><style nonce>b{}</style>")
    (tmp_path / "console.html").write_text("<style>a{}</style>")
    found = headers.style_hashes(tmp_path)
    assert found == tuple(
        base64.b64encode(hashlib.sha256(text).digest()).decode() for text in (b"a{}", b"b{}")
    )
    assert f"style-src 'self' 'sha256-{found[0]}'" in headers.content_security_policy(found)
