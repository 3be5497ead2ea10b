"""What a phone tells of itself at each sync, kept for the loss ledger.

Written with a batch, or when it says something new; a phone that only asks costs no write. Not
here: comparing it with what arrived.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.devices import operations as devices
from server.exchange import drafts, ledger
from server.exchange.request import SyncRequest
from server.http.actor import Contact
from server.http.transaction import writing
from sync.ledger import Word, step

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


def turns(known: Contact | None, request: SyncRequest) -> bool:
    """Whether this is not just the next word of the same life: `turn` has to look."""
    if known is None:
        return False
    told = Word(request.epoch, request.last_n)
    return known.loss_open or step(Word(known.epoch, known.last_n), told) != "on"


def turn(device_id: str, now: datetime, request: SyncRequest) -> None:
    """A new epoch, an older copy, or a phone that was thought lost: before anything of it is
    applied, put down what its life before had told and what of that is here."""
    with writing() as session:
        before = ledger.last_word(session, device_id)
        told = Word(request.epoch, request.last_n)
        if step(before, told) == "other life":
            ledger.end_life(session, now, device_id)
        devices.keep_starts(session, device_id, before.began(told))
        if before.epoch == 0 and request.formerly is not None:
            former = ledger.go_on(session, now, device_id, request.formerly, told)
            if former is not None:
                drafts.drop_of(session, former.account_id, former.id)
        ledger.welcome_back(session, device_id, told)
        note(session, device_id, now, request)
