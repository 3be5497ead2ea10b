"""When a phone's words are written down."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.exchange import contact
from server.exchange.request import read_request
from tests.factories.accounts import make_account, make_device


def test_only_news_is_written(session: Session, now: datetime) -> None:
    device, _ = make_device(session, now, make_account(session, now))
    request = read_request(
        {"protocol": 1, "epoch": 1, "last_n": 3, "app": "1.0",
         "unsent": {"operations": 0, "photos": 1, "oldest_at": None}}
    )  # fmt: skip
    assert contact.is_news(session, device.id, now, request)
    contact.note(session, device.id, now, request)
    assert not contact.is_news(session, device.id, now, request)
    assert contact.is_news(session, device.id, now + timedelta(hours=1), request)
    more = read_request({"protocol": 1, "epoch": 1, "last_n": 4, "app": "1.0"})
    assert contact.is_news(session, device.id, now, more)
