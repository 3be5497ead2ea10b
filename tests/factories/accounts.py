"""Invented people for tests, with their phones and console sessions. Each is committed."""

from __future__ import annotations

import functools
from datetime import datetime

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server.accounts.models import Account
from server.accounts.operations import add_account, open_session
from server.accounts.passwords import hash_password
from server.devices.models import Device
from server.devices.operations import enrol, issue_enrolment
from server.http.actor import SYSTEM, Role

COMMUNE = "c-00004-2025"
PROVINCE = "p-01-2025"
PASSWORD = "gió mùa đông bắc"


def make_account(
    session: Session,
    now: datetime,
    role: Role = "collaborator",
    unit_id: str | tuple[str, ...] = COMMUNE,
    name: str = "Lò Thị Mai",
    username: str | None = None,
) -> Account:
    """An account; with a `username` its password is `PASSWORD`."""
    account = add_account(session, SYSTEM, now, role, unit_id, name, username=username)
    if username is not None:
        account.password_hash = _password_hash()
    session.commit()
    return account


def make_device(
    session: Session, now: datetime, account: Account, name: str = "Máy của Mai"
) -> tuple[Device, str]:
    """An enrolled phone and its token."""
    code, _ = issue_enrolment(session, SYSTEM, now, account.id)
    device, token, _, _ = enrol(session, now, code, name)
    session.commit()
    return device, token


def bearer(token: str) -> dict[str, str]:
    """The headers of a phone's request."""
    return {"Authorization": f"Bearer {token}"}


def sign_in(
    client: FlaskClient, session: Session, now: datetime, account: Account
) -> dict[str, str]:
    """Give `client` a console session; the headers that its changes need come back."""
    secret, csrf_token = open_session(session, now, account.id)
    session.commit()
    client.set_cookie("loa_session", secret)
    return {"X-CSRF-Token": csrf_token}


@functools.cache
def _password_hash() -> str:
    return hash_password(PASSWORD)  # a tenth of a second, once
