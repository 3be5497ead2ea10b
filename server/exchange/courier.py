"""What a sealed file holds goes in as if its own phone had brought it (PROTOCOL.md 8).

Everything is proved before anything is applied. Operations go through the door of the sync, for
the account of the phone that sealed them; photos through the door of the uploads. Whatever came
before, by this way or another, changes nothing, so a file may be delivered twice and by two. Not
here: HTTP (`courier_routes`), the format (`sealed`).
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from server import problems
from server.database import db
from server.devices import queries as devices
from server.evidence import tus
from server.evidence.limits import PHOTO_SIZE_MAX_BYTES
from server.evidence.receiving import Receiver
from server.exchange import ledger, push
from server.exchange.request import SyncRequest, is_number
from server.exchange.sealed import Parcel, PhotoEntry, SealedFile, UnreadableError
from server.http.actor import Actor
from server.http.transaction import writing
from server.problems import ProblemError
from sync.limits import BATCH_MAX
from sync.outcome import Retry

_MEDIA_TYPE = "application/octet-stream"  # the phone says more when it asks for the upload itself


@dataclass(frozen=True, slots=True)
class Received:
    """How many of a file's operations and photos the server holds now."""

    operations: int
    photos: int


def receive(now: datetime, sealed: SealedFile, receiver: Receiver) -> Received:
    """Take in what `sealed` holds. Raises `courier-unreadable`, `courier-stranger`."""
    try:
        parcel = sealed.open()
    except UnreadableError:
        raise ProblemError(problems.COURIER_UNREADABLE) from None
    for photo in parcel.photos:
        if not tus.is_name(photo.sha256) or not 0 < photo.size <= PHOTO_SIZE_MAX_BYTES:
            raise ProblemError(problems.COURIER_UNREADABLE)
    sender = _sender(parcel, now)
    operations = _deliver(sender, now, parcel)
    photos = sum(_deliver_photo(sender, now, sealed, photo, receiver) for photo in parcel.photos)
    with writing() as session:
        ledger.note_carried(session, parcel.device, parcel.epoch, _numbers(parcel))
        ledger.tell(session, now, sender.account_id)
    return Received(operations, photos)


def _sender(parcel: Parcel, now: datetime) -> Actor:
    """Whose phone sealed it; one that was shut out, too, as long as it is in escrow."""
    with Session(db.engine) as session:
        found = devices.holder(session, parcel.token, now)
    if found is None or found[0].device_id != parcel.device:
        raise ProblemError(problems.COURIER_STRANGER)
    return found[0]


def _deliver(sender: Actor, now: datetime, parcel: Parcel) -> int:
    kept = 0
    for start in range(0, len(parcel.operations), BATCH_MAX):
        request = SyncRequest(
            device=parcel.device, epoch=parcel.epoch, last_n=0, app=None, unsent=None,
            incarnation=None, cursors={}, digests={},
            operations=tuple(parcel.operations[start : start + BATCH_MAX]),
            max_rows=0, suspect=parcel.suspect,
        )  # fmt: skip
        # What the phone told of itself when it sealed the file may be old: it tells that itself
        verdicts = push.deliver(sender, now, request, told=False)
        kept += sum(not isinstance(verdict.outcome, Retry) for verdict in verdicts)
    return kept


def _numbers(parcel: Parcel) -> set[int]:
    found = [raw.get("n") for raw in parcel.operations if isinstance(raw, dict)]
    return {n for n in found if is_number(n) and isinstance(n, int)}


def _deliver_photo(
    sender: Actor, now: datetime, sealed: SealedFile, photo: PhotoEntry, receiver: Receiver
) -> bool:
    """Whether the photo is here now. One that is no photo stops none of the others."""
    creation = tus.Creation(photo.sha256, photo.size, _MEDIA_TYPE, "", None)
    with contextlib.suppress(ProblemError):
        progress = receiver.open(now, sender.account_id, creation, sender.device_id)
        if not progress.verified:
            left = photo.size - progress.offset
            body = sealed.plain(photo.at + progress.offset)
            chunk = tus.Chunk(progress.offset, left, None)
            progress = receiver.append(now, sender.account_id, progress, chunk, body)
        return progress.verified
    return False
