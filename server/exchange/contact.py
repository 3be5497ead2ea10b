"""What a phone tells of itself at each sync, kept for the loss ledger.

Written with a batch, or when it says something new; a phone that only asks costs no write. Not
here: comparing it with what arrived.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.devices import operations as devices
from server.devices.models import Device
from server.exchange.request import SyncRequest

#: How stale "last seen" may be.
SEEN_EVERY = timedelta(minutes=10)


def is_news(session: Session, device_id: str, now: datetime, request: SyncRequest) -> bool:
    """Whether the phone tells anything that is not known."""
    row = session.execute(
        select(Device.epoch, Device.last_n, Device.unsent, Device.app, Device.last_seen_at)
        .where(Device.id == device_id)
    ).one()  # fmt: skip
    told = (request.epoch, request.last_n, request.unsent, request.app)
    if (row.epoch, row.last_n, row.unsent, row.app) != told:
        return True
    return row.last_seen_at is None or now - row.last_seen_at > SEEN_EVERY


def note(session: Session, device_id: str, now: datetime, request: SyncRequest) -> None:
    """Keep what it tells."""
    devices.note_contact(
        session, now, device_id, epoch=request.epoch, last_n=request.last_n,
        unsent=request.unsent, app=request.app,
    )  # fmt: skip
