"""Where a credential stands in a request, before anybody asks what it is worth."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.http import credentials
from server.http.actor import Actor
from server.http.credentials import Credential, current_actor, require

PHONE = Actor("mai", "Lò Thị Mai", "collaborator", "c-00004-2025")
PERSON = Actor("an", "Vũ An", "planner", "p-01-2025")


@pytest.fixture(autouse=True)
def loads(small: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []

    def load_token(token: str) -> Credential | None:
        asked.append(token)
        return Credential(PHONE) if token == "good" else None

    def load_cookie(secret: str) -> Credential | None:
        asked.append(secret)
        return Credential(PERSON, "mã") if secret == "good" else None

    loaders = {"bearer": load_token, "cookie": load_cookie}
    monkeypatch.setattr(credentials, "_loaders", loaders)

    @small.route("/who", methods=["GET", "POST"])
    def _() -> Any:
        current_actor()
        return {"id": current_actor().account_id}

    @small.get("/plans")
    def _plans() -> Any:
        return {"id": require("planner", "administrator").account_id}

    return asked


def test_nobody_is_nobody(browser: FlaskClient) -> None:
    answer = browser.get("/who")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_token_says_who_and_is_read_once(browser: FlaskClient, loads: list[str]) -> None:
    answer = browser.post("/who", headers={"Authorization": "bearer good"})
    assert answer.json == {"id": "mai"}
    assert loads == ["good"]


def test_cookie_needs_the_csrf_token_for_changes(browser: FlaskClient) -> None:
    browser.set_cookie("loa_session", "good")
    assert browser.get("/who").json == {"id": "an"}
    assert browser.post("/who").json["type"] == "csrf"
    assert browser.post("/who", headers={"X-CSRF-Token": "mà"}).status_code == 403
    # WSGI hands headers over as latin-1; real tokens are ASCII
    assert browser.post("/who", headers={"X-CSRF-Token": "mã"}).status_code == 200


def test_token_wins_over_a_cookie(browser: FlaskClient) -> None:
    browser.set_cookie("loa_session", "good")
    assert browser.get("/who", headers={"Authorization": "Bearer good"}).json == {"id": "mai"}
    assert browser.get("/who", headers={"Authorization": "Bearer bad"}).status_code == 401
    assert browser.get("/who", headers={"Authorization": "Digest x"}).status_code == 401


def test_next_request_is_asked_anew(small: Flask, browser: FlaskClient) -> None:
    with small.app_context():
        assert browser.get("/who", headers={"Authorization": "Bearer good"}).status_code == 200
        assert browser.get("/who").status_code == 401


def test_role_is_required(browser: FlaskClient) -> None:
    answer = browser.get("/plans", headers={"Authorization": "Bearer good"})
    assert (answer.status_code, answer.json["type"]) == (403, "forbidden")
    browser.set_cookie("loa_session", "good")
    assert browser.get("/plans").json == {"id": "an"}


@pytest.mark.parametrize(
    ("public_url", "name"),
    [("https://loa.example", "__Host-loa"), ("http://192.0.2.1:8000", "loa_session")],
)
def test_cookie_is_bound_to_the_host_where_tls_allows(
    small: Flask, public_url: str, name: str
) -> None:
    from dataclasses import replace

    settings = small.extensions["loa_settings"]
    small.extensions["loa_settings"] = replace(settings, public_url=public_url)
    with small.app_context():
        assert credentials.session_cookie_name() == name
