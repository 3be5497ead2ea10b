"""A collaborator with a phone, and the application behind a real socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from server.accounts.models import Account
from tests.factories.accounts import bearer, make_account, make_device


@dataclass(frozen=True)
class Phone:
    """Who holds it, and what its requests bear."""

    account: Account
    headers: dict[str, str]

    @property
    def tus(self) -> dict[str, str]:
        return {**self.headers, "Tus-Resumable": "1.0.0"}


@pytest.fixture
def phone(session: Session, now: datetime) -> Phone:
    return make_phone(session, now)


def make_phone(session: Session, now: datetime, **account: str) -> Phone:
    who = make_account(session, now, **account)
    _, token = make_device(session, now, who)
    return Phone(who, bearer(token))


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where `app` answers over TCP."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
