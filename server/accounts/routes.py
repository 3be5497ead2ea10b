"""The console's sign-in over HTTP: `/api/v1/session`.

The order in `sign_in` is the point: limits, then the hash outside any transaction (it takes a
tenth of a second, and SQLite has one writer), then the session.
"""

from __future__ import annotations

from typing import Any

import structlog
from flask import Response, current_app, jsonify, request
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from server import clock, problems
from server.accounts import attempts, operations, passwords, queries
from server.accounts.models import Account
from server.accounts.schemas import SessionSchema, SignInSchema
from server.database import db
from server.http import credentials
from server.http.credentials import Credential
from server.http.openapi import documented, signed_in_by
from server.http.transaction import reading, writing
from server.problems import ProblemError
from server.settings import Settings

log = structlog.get_logger(__name__)

blueprint = Blueprint(
    "accounts", __name__, url_prefix="/api/v1", description="Signing in at the console"
)


@blueprint.post("/session")
@blueprint.arguments(SignInSchema)
@blueprint.response(200, SessionSchema)
@documented(problems.WRONG_CREDENTIALS, problems.TOO_MANY_ATTEMPTS)
def sign_in(body: dict[str, str]) -> Any:
    """Sign in at the console; the answer sets the session cookie."""
    settings: Settings = current_app.extensions["loa_settings"]
    now, username = clock.now(), queries.normal_username(body["username"])
    per_pair, per_account, per_address = attempts.SIGN_IN_LIMITS
    address = request.remote_addr or "unknown"
    pair = (per_pair, f"{username}\0{address}")
    limits = (pair, (per_account, username), (per_address, address))
    with writing() as session:
        try_id = attempts.admit_try(session, settings.secret_key, now, limits)
    with reading() as session:
        found = queries.account_by_username(session, username)
    if not _is_right(found, body["password"]):
        with writing() as session:
            operations.refuse_sign_in(session, now, found)
        raise ProblemError(problems.WRONG_CREDENTIALS)
    assert found is not None
    with writing() as session:
        attempts.forgive_tries(session, settings.secret_key, try_id, limits[:2])
        operations.strengthen_password(session, found.id, body["password"])
        secret, csrf_token = operations.open_session(
            session, now, found.id, request.cookies.get(credentials.session_cookie_name())
        )
        shown = queries.describe_account(session, found)
    response = jsonify(SessionSchema().dump({"account": shown, "csrf_token": csrf_token}))
    _set_cookie(response, settings, secret)
    return response


@blueprint.get("/session")
@blueprint.response(200, SessionSchema)
@signed_in_by("session")
def show_session() -> Any:
    """Who is signed in at this browser, with the CSRF token again."""
    actor, csrf_token = _console_credential()
    with reading() as session:
        shown = queries.describe_account(session, queries.account(session, actor.account_id))
    return {"account": shown, "csrf_token": csrf_token}


@blueprint.delete("/session")
@blueprint.response(204)
@signed_in_by("session")
def sign_out() -> Any:
    """Sign out: the session ends on the server, the cookie is taken away."""
    actor, _ = _console_credential()
    credentials.current_actor()  # demands the CSRF token
    name = credentials.session_cookie_name()
    with writing() as session:
        operations.end_session(session, actor, clock.now(), request.cookies[name])
    response = Response(status=204)
    response.delete_cookie(name, path="/", secure=_settings().is_https, httponly=True,
                           samesite="Lax")  # fmt: skip
    return response


def load_cookie(secret: str) -> Credential | None:
    """The loader of the scheme `cookie`."""
    now = clock.now()
    # a session of its own, for the route may be in the middle of a transaction
    with Session(db.engine) as session:
        found = queries.signed_in(session, secret, now)
    if found is None:
        return None
    if found.stale and not db.session().in_transaction():
        with writing() as session:
            operations.touch_session(session, now, found.id_hash)
    return Credential(found.actor, found.csrf_token)


credentials.register_loader("cookie", load_cookie)


def _console_credential() -> tuple[Any, str]:
    credential = credentials.current_credential()
    if credential is None or credential.csrf_token is None:
        raise ProblemError(problems.UNAUTHENTICATED)
    return credential.actor, credential.csrf_token


def _is_right(found: Account | None, password: str) -> bool:
    """Hash whatever is found, so that the time taken tells nothing."""
    usable = found is not None and found.disabled_at is None and not found.second_factor_required
    return passwords.verify_password(found.password_hash if found and usable else None, password)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["loa_settings"]
    return settings


def _set_cookie(response: Response, settings: Settings, secret: str) -> None:
    if not settings.is_https and not current_app.extensions.get("loa_warned_plain_http"):
        current_app.extensions["loa_warned_plain_http"] = True
        log.warning("session_cookie_without_tls", public_url=settings.public_url)
    response.set_cookie(
        credentials.session_cookie_name(),
        secret,
        max_age=int(queries.SESSION_ABSOLUTE.total_seconds()),
        path="/",
        secure=settings.is_https,
        httponly=True,
        samesite="Lax",
    )
