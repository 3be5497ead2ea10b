"""When a phone's words are written down."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.devices import queries as devices
from server.exchange import contact
from server.exchange.request import read_request
from server.http.actor import Contact
from tests.factories.accounts import make_account, make_device


def test_only_news_is_written(session: Session, now: datetime) -> None:
    _, token = make_device(session, now, make_account(session, now))
    request = read_request(
        {"protocol": 1, "epoch": 1, "last_n": 3, "app": "1.0" * 25,
         "unsent": {"operations": 0, "photos": 1, "oldest_at": None}}
    )  # fmt: skip
    device_id, known = _known(session, token, now)
    assert contact.is_news(known, now, request)
    contact.note(session, device_id, now, request)
    session.commit()
    _, known = _known(session, token, now)
    assert not contact.is_news(known, now, request)
    assert contact.is_news(known, now + timedelta(hours=1), request)
    more = read_request({"protocol": 1, "epoch": 1, "last_n": 4, "app": "1.0"})
    assert contact.is_news(known, now, more)


def _known(session: Session, token: str, now: datetime) -> tuple[str, Contact]:
    found = devices.holder(session, token, now)
    assert found is not None
    actor, known = found
    assert actor.device_id is not None
    return actor.device_id, known
