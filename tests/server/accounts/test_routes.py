"""Signing in at the console, and what attackers try."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import clock
from server.accounts import operations, passwords
from server.accounts.attempts import SIGN_IN_LIMITS
from server.accounts.models import ConsoleSession
from server.http.actor import SYSTEM
from tests.factories.accounts import PASSWORD, make_account, sign_in

GOOD = {"username": "mai.lo", "password": PASSWORD}
WRONG = {"username": "mai.lo", "password": "không phải thế"}


@pytest.fixture(autouse=True)
def mai(session: Session) -> str:
    return make_account(session, clock.now(), "office_reviewer", username="mai.lo").id


def test_signing_in_gives_a_session_that_says_who_it_is(client: FlaskClient, mai: str) -> None:
    answer = client.post("/api/v1/session", json=GOOD)
    assert answer.status_code == 200
    assert answer.json["account"]["id"] == mai
    assert answer.json["account"]["unit"]["id"] == "c-00004-2025"
    again = client.get("/api/v1/session")
    assert again.json == answer.json


def test_cookie_is_kept_from_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = client.post("/api/v1/session", json=GOOD).headers["Set-Cookie"]
    assert cookie.startswith("loa_session=")  # plain http: see settings.is_https
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_without_a_session_nobody_is_signed_in(client: FlaskClient) -> None:
    answer = client.get("/api/v1/session")
    assert answer.status_code == 401
    assert answer.json["type"] == "unauthenticated"


@pytest.mark.parametrize("body", [WRONG, {"username": "nobody", "password": PASSWORD}])
def test_wrong_name_and_wrong_password_look_the_same(
    client: FlaskClient, body: dict[str, str]
) -> None:
    answer = client.post("/api/v1/session", json=body)
    assert answer.status_code == 401
    assert answer.json["type"] == "wrong-credentials"
    assert "Set-Cookie" not in answer.headers


def test_limit_comes_before_any_hashing(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes = 0
    real = passwords.verify_password

    def counting(stored: str | None, password: str) -> bool:
        nonlocal hashes
        hashes += 1
        return real(stored, password)

    monkeypatch.setattr(passwords, "verify_password", counting)
    most = SIGN_IN_LIMITS[0].most
    answers = [client.post("/api/v1/session", json=WRONG) for _ in range(most + 2)]
    assert [answer.status_code for answer in answers] == [401] * most + [429] * 2
    assert hashes == most
    assert int(answers[-1].headers["Retry-After"]) > 60
    # the right password is refused too while the limit holds, and works after it
    assert client.post("/api/v1/session", json=GOOD).status_code == 429
    with clock.frozen(clock.now() + SIGN_IN_LIMITS[0].window + timedelta(seconds=1)):
        assert client.post("/api/v1/session", json=GOOD).status_code == 200


def test_signing_in_rightly_is_not_counted(client: FlaskClient) -> None:
    for _ in range(SIGN_IN_LIMITS[0].most + 2):
        assert client.post("/api/v1/session", json=GOOD).status_code == 200


def test_planted_session_is_dead_after_signing_in(app: Flask, client: FlaskClient) -> None:
    """Fixation: the attacker's cookie in the victim's browser opens nothing afterwards."""
    attacker = app.test_client()
    attacker.post("/api/v1/session", json=GOOD)
    planted = attacker.get_cookie("loa_session")
    assert planted is not None
    client.set_cookie("loa_session", planted.value)
    client.post("/api/v1/session", json=GOOD)
    mine = client.get_cookie("loa_session")
    assert mine is not None
    assert mine.value != planted.value
    assert attacker.get("/api/v1/session").status_code == 401
    assert client.get("/api/v1/session").status_code == 200


@pytest.mark.parametrize("headers", [{}, {"X-CSRF-Token": "đoán"}, {"X-CSRF-Token": "x" * 43}])
def test_change_without_the_csrf_token_is_refused(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    client.post("/api/v1/session", json=GOOD)
    answer = client.delete("/api/v1/session", headers=headers)
    assert answer.status_code == 403
    assert answer.json["type"] == "csrf"
    assert client.get("/api/v1/session").status_code == 200


def test_form_of_another_site_cannot_sign_in(client: FlaskClient) -> None:
    answer = client.post("/api/v1/session", data=GOOD)
    assert answer.status_code in (415, 422)
    assert "Set-Cookie" not in answer.headers


def test_signing_out_ends_the_session_on_the_server(client: FlaskClient) -> None:
    csrf_token = client.post("/api/v1/session", json=GOOD).json["csrf_token"]
    kept = client.get_cookie("loa_session")
    assert kept is not None
    answer = client.delete("/api/v1/session", headers={"X-CSRF-Token": csrf_token})
    assert answer.status_code == 204
    assert client.get_cookie("loa_session") is None
    client.set_cookie("loa_session", kept.value)
    assert client.get("/api/v1/session").status_code == 401


@pytest.mark.parametrize(
    ("later", "alive"),
    [(timedelta(hours=11), True), (timedelta(hours=13), False)],
)
def test_idle_session_ends(client: FlaskClient, later: timedelta, alive: bool) -> None:
    client.post("/api/v1/session", json=GOOD)
    with clock.frozen(clock.now() + later):
        assert (client.get("/api/v1/session").status_code == 200) is alive


def test_session_ends_after_a_week_however_busy(client: FlaskClient) -> None:
    start = clock.now()
    client.post("/api/v1/session", json=GOOD)
    for hours in range(10, 7 * 24, 10):
        with clock.frozen(start + timedelta(hours=hours)):
            assert client.get("/api/v1/session").status_code == 200
    with clock.frozen(start + timedelta(days=7, minutes=1)):
        assert client.get("/api/v1/session").status_code == 401


def test_disabled_account_is_out_at_once(client: FlaskClient, session: Session, mai: str) -> None:
    client.post("/api/v1/session", json=GOOD)
    operations.disable_account(session, SYSTEM, clock.now(), mai)
    session.commit()
    assert client.get("/api/v1/session").status_code == 401
    assert client.post("/api/v1/session", json=GOOD).status_code == 401


def test_cookie_in_the_database_opens_nothing(client: FlaskClient, session: Session) -> None:
    client.post("/api/v1/session", json=GOOD)
    stored = session.execute(select(ConsoleSession.id_hash)).scalar_one()
    session.rollback()
    client.set_cookie("loa_session", stored)
    assert client.get("/api/v1/session").status_code == 401


def test_server_owned_fields_are_refused(client: FlaskClient, session: Session) -> None:
    answer = client.post("/api/v1/session", json={**GOOD, "role": "administrator"})
    assert answer.status_code == 422
    assert session.execute(select(func.count()).select_from(ConsoleSession)).scalar_one() == 0


def test_many_tries_at_once_pass_no_more_than_the_limit(app: Flask) -> None:
    most = SIGN_IN_LIMITS[0].most
    statuses: list[int] = []

    def attempt() -> None:
        statuses.append(app.test_client().post("/api/v1/session", json=WRONG).status_code)

    threads = [threading.Thread(target=attempt) for _ in range(most + 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {401, 429}
    assert statuses.count(401) <= most


def test_factory_signs_in(client: FlaskClient, session: Session, now: datetime) -> None:
    account = make_account(session, now, "planner", "p-01-2025", "Vũ An")
    headers = sign_in(client, session, clock.now(), account)
    assert client.delete("/api/v1/session", headers=headers).status_code == 204
