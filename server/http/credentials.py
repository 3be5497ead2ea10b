"""Who asks: a phone by its bearer token, or a person at the console by the session cookie.

This room only knows where a credential stands in a request. What it is worth is answered by the
rooms above, which register a loader each (`accounts` for cookies, `devices` for tokens).
Not here: what an actor may do to a certain thing (`accounts.policy`).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from flask import current_app, request

from server import problems
from server.http.actor import Actor, Contact, Role
from server.problems import ProblemError
from server.settings import Settings

Scheme = Literal["bearer", "cookie"]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-CSRF-Token"
_KEPT = "loa.credential"


@dataclass(frozen=True, slots=True)
class Credential:
    """What a loader found. `csrf_token` is set when a browser sends the credential by itself."""

    actor: Actor
    csrf_token: str | None = None
    contact: Contact | None = None


Loader = Callable[[str], Credential | None]
_loaders: dict[Scheme, Loader] = {}


def register_loader(scheme: Scheme, load: Loader) -> None:
    """Let `load` answer for `scheme`: the secret in, a credential or None out.

    A loader runs at most once a request and leaves no transaction open.
    """
    _loaders[scheme] = load


def current_actor() -> Actor:
    """Who asks. Raises `unauthenticated`, or `csrf` for a change without the session's token."""
    actor = delivering_actor()
    if actor.escrow_until is not None:
        raise ProblemError(problems.UNAUTHENTICATED)
    return actor


def delivering_actor() -> Actor:
    """As `current_actor`, and also who was shut out and may still deliver (`escrow_until`).

    Only for routes that take and tell nothing: all others must not know that there is escrow.
    """
    credential = current_credential()
    if credential is None:
        raise ProblemError(problems.UNAUTHENTICATED)
    if credential.csrf_token is not None and request.method not in SAFE_METHODS:
        _check_csrf(credential.csrf_token)
    return credential.actor


def require(*roles: Role) -> Actor:
    """Who asks, if one of `roles`; raises `forbidden` otherwise."""
    actor = current_actor()
    if actor.role not in roles:
        raise ProblemError(problems.FORBIDDEN)
    return actor


def current_credential() -> Credential | None:
    """The request's credential or None; a token wins over a cookie, never both."""
    # kept with the request and not in `g`, which outlives it where a context was pushed before
    if _KEPT not in request.environ:
        request.environ[_KEPT] = _load()
    found: Credential | None = request.environ[_KEPT]
    return found


def session_cookie_name() -> str:
    """`__Host-` binds the cookie to this host and TLS; plain http can't carry that prefix."""
    settings: Settings = current_app.extensions["loa_settings"]
    return "__Host-loa" if settings.is_https else "loa_session"


def _load() -> Credential | None:
    header = request.headers.get("Authorization", "")
    if header:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or "bearer" not in _loaders:
            return None
        return _loaders["bearer"](token.strip())
    secret = request.cookies.get(session_cookie_name(), "")
    if secret and "cookie" in _loaders:
        return _loaders["cookie"](secret)
    return None


def _check_csrf(expected: str) -> None:
    given = request.headers.get(CSRF_HEADER, "")
    # bytes, because compare_digest refuses text beyond ASCII
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise ProblemError(problems.CSRF)
