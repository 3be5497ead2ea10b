"""The front as a whole: odd addresses and proxies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from server.http import front
from server.settings import Settings


@pytest.mark.parametrize("path", ["/x%00y", "/?q=%00", "/?%00=1"])
def test_nul_is_refused_at_the_door(browser: FlaskClient, path: str) -> None:
    answer = browser.get(path)
    assert (answer.status_code, answer.json["type"]) == (400, "malformed-request")


def test_troubles_are_problems(browser: FlaskClient) -> None:
    for answer, status in ((browser.get("/nowhere"), 404), (browser.post("/healthz"), 405)):
        assert answer.status_code == status
        assert answer.mimetype == "application/problem+json"
        assert set(answer.json) >= {"type", "title", "title_en", "status"}


@pytest.mark.parametrize(("hops", "address"), [(0, "127.0.0.1"), (1, "192.0.2.9")])
def test_only_trusted_proxies_say_who_asks(
    plain_settings: Settings, hops: int, address: str
) -> None:
    app = Flask("behind", static_folder=None)
    app.extensions["loa_settings"] = replace(plain_settings, trusted_proxies=hops)
    front.install(app)

    @app.get("/address")
    def _() -> Any:
        return {"address": request.remote_addr}

    forged = {"X-Forwarded-For": "203.0.113.5, 192.0.2.9"}
    assert app.test_client().get("/address", headers=forged).json == {"address": address}
