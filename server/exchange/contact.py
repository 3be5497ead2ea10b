"""What a phone tells of itself at each sync, kept for the loss ledger.

Written with a batch, or when it says something new; a phone that only asks costs no write. Not
here: comparing it with what arrived.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.devices import operations as devices
from server.exchange.request import SyncRequest
from server.http.actor import Contact

#: How stale "last seen" may be.
SEEN_EVERY = timedelta(minutes=10)


def is_news(known: Contact | None, now: datetime, request: SyncRequest) -> bool:
    """Whether the phone tells anything that is not known."""
    if known is None:
        return True
    told = (request.epoch, request.last_n, request.unsent, devices.kept_name(request.app))
    if (known.epoch, known.last_n, known.unsent, known.app) != told:
        return True
    return known.last_seen_at is None or now - known.last_seen_at > SEEN_EVERY


def note(session: Session, device_id: str, now: datetime, request: SyncRequest) -> None:
    """Keep what it tells."""
    devices.note_contact(
        session, now, device_id, epoch=request.epoch, last_n=request.last_n,
        unsent=request.unsent, app=request.app,
    )  # fmt: skip
