"""The loss ledger over the database: what each phone told, against what arrived (PROTOCOL.md 8).

A phone's last word stands in its row; a life of it that ended, in a `DeviceLine`. Nothing of this
decides what becomes of an operation. A phone that was enrolled again goes on under another id with
the same numbers: what came under one of them has come. Not here: the reckoning (`sync.ledger`),
noting a phone's words (`contact`), the list of phones (`devices.queries`, asking through a port).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import Session

from server.accounts.models import Account
from server.activities.models import ActivityEvidence, OperationLog
from server.activities.wire import moment
from server.change_feed import operations as change_feed
from server.change_feed import queries as documents
from server.database.ids import new_id
from server.devices import operations as devices
from server.devices.models import Device, DeviceLine
from server.devices.queries import Loss, register_ledger
from server.evidence.models import Upload
from sync import ledger
from sync.ledger import Word

NOTICE = "notice"


def losses(session: Session, found: Iterable[Device]) -> Mapping[str, list[Loss]]:
    """What never came, by device id; a phone that lost nothing is left out."""
    asked = list(found)
    lines = _lines(session, [device.id for device in asked])
    result = {}
    for device in asked:
        own = _losses_of(session, device, lines.get(device.id, []))
        if own:
            result[device.id] = own
    return result


def last_word(session: Session, device_id: str) -> Word:
    """What the phone told last; its row is locked, for two requests may come at once."""
    device = session.get_one(Device, device_id, populate_existing=True, with_for_update=True)
    return word_of(device)


def go_on(
    session: Session, now: datetime, device_id: str, former_id: str, told: Word
) -> Device | None:
    """The phone was `former_id` before it was enrolled again. What that one told stands for
    itself no longer, unless this is an older copy of it. Returns that one, None if it is none."""
    former = devices.goes_on_from(session, device_id, former_id)
    if former is None:
        return None
    # made in an epoch is what was made in it under the earlier name
    devices.keep_starts(session, device_id, word_of(former).began(told))
    if ledger.step(word_of(former), told) == "other life":
        end_life(session, now, former.id)
    return former


def end_life(session: Session, now: datetime, device_id: str) -> None:
    """Another life of the phone speaks: keep what the one before told and what of it is here."""
    device = session.get_one(Device, device_id, populate_existing=True)
    word = _whole_word(session, device)
    numbers = ledger.lost(word, _arrived(session, device_id))
    photos = _photos_lost(session, device, word, numbers)
    if numbers or photos:
        session.add(DeviceLine(
            id=new_id(now), device_id=device_id, epoch=word.epoch, last_n=word.last_n,
            photos=photos, numbers=numbers, told_at=device.last_seen_at or now, ended_at=now,
        ))  # fmt: skip
        # Told at the next contact: this one may be an old request that came late
        device.loss_open = True
        session.flush()


def welcome_back(session: Session, device_id: str, told: Word) -> None:
    """Forget the end of a life that turns out to go on."""
    lines = _lines(session, [device_id]).get(device_id, [])
    if not lines:
        return
    arrived = _arrived(session, device_id)
    for line in lines:
        if ledger.is_back(_ended(line), line.numbers, told, arrived):
            session.delete(line)
    session.flush()


def note_carried(session: Session, device_id: str, epoch: int, numbers: Iterable[int]) -> None:
    """A courier brought these: of a life that ended, they are lost no more."""
    came = set(numbers)
    for lines in _lines(session, _names(session, device_id)).values():
        for line in lines:
            if line.epoch == epoch and came & set(line.numbers):
                line.numbers = [n for n in line.numbers if n not in came]
    session.flush()


def tell(session: Session, now: datetime, account_id: str) -> None:
    """Let the notices of the account say what its phones lost: no more, and no longer."""
    own_ones = session.scalars(select(Device).where(Device.account_id == account_id)).all()
    found = losses(session, own_ones)
    scope = f"account:{account_id}"
    for device in own_ones:
        own = found.get(device.id, [])
        # What it lost under its former name may come with its next request
        is_open = bool(own) or device.formerly in found
        if not is_open and not device.loss_open:
            continue
        notice_id = f"loss:{device.id}"
        if own:
            _put_notice(session, now, scope, notice_id, device, own)
        else:
            change_feed.drop_document(session, notice_id)
        session.execute(update(Device).where(Device.id == device.id).values(loss_open=is_open))


def _put_notice(
    session: Session, now: datetime, scope: str, notice_id: str, device: Device, own: list[Loss]
) -> None:
    said = {
        "about": "loss",
        "device": device.id,
        "device_name": device.name,
        "operations": sum(loss.operations for loss in own),
        "photos": sum(loss.photos for loss in own),
        "told_at": moment(max(loss.told_at for loss in own)),
    }
    before = documents.document_body(session, notice_id)
    if before is None or {**before, "at": None} != {**said, "at": None}:
        change_feed.put_document(session, scope, NOTICE, notice_id, {**said, "at": moment(now)})


def word_of(device: Device) -> Word:
    """What the phone told last."""
    unsent: Mapping[str, Any] = device.unsent or {}
    return Word(
        device.epoch,
        device.last_n,
        unsent.get("operations"),
        unsent.get("photos") or 0,
        {int(epoch): n for epoch, n in device.epoch_starts.items()},
    )


def _whole_word(session: Session, device: Device) -> Word:
    """What the phone told last, with the epochs that began under other ids of it."""
    word = word_of(device)
    others = session.scalars(
        select(Device.epoch_starts).where(Device.id.in_(_names(session, device.id)))
    )
    starts = {int(epoch): n for each in others for epoch, n in each.items()}
    return replace(word, starts={**starts, **word.starts})


def _losses_of(session: Session, device: Device, lines: list[DeviceLine]) -> list[Loss]:
    found = []
    if lines:
        word, arrived = _whole_word(session, device), _arrived(session, device.id)
        for line in lines:
            numbers = ledger.still_lost(line.numbers, _ended(line), word, arrived)
            photos = line.photos
            if not numbers and photos:
                photos = min(photos, _unsettled(session, device.account_id))
            if numbers or photos:
                found.append(Loss(len(numbers), photos, line.told_at))
    if _holds_something(device) and _has_a_successor(session, device):
        word = _whole_word(session, device)
        numbers = ledger.lost(word, _arrived(session, device.id)) if word.operations else []
        photos = _photos_lost(session, device, word, numbers)
        if (numbers or photos) and device.last_seen_at is not None:
            found.append(Loss(len(numbers), photos, device.last_seen_at))
    return found


def _holds_something(device: Device) -> bool:
    word = word_of(device)
    return bool(word.operations or word.photos)


def _has_a_successor(session: Session, device: Device) -> bool:
    """Whether nobody expects the phone to go on: it was shut out, or another one came after it."""
    seen = device.last_seen_at or device.created_at
    goes_on = exists().where(Device.formerly == device.id, Device.created_at >= seen)
    if session.scalar(select(goes_on)):
        return False  # it speaks for itself under another id
    if device.revoked_at is not None:
        return True
    owner = session.get_one(Account, device.account_id)
    newest = session.scalar(
        select(func.max(Device.created_at)).where(
            Device.account_id == device.account_id, Device.id != device.id
        )
    )
    return owner.disabled_at is not None or (newest is not None and newest > seen)


def _photos_lost(session: Session, device: Device, word: Word, numbers: list[int]) -> int:
    if not word.photos:
        return 0
    since = session.scalar(
        select(func.count()).where(
            Upload.account_id == device.account_id,
            Upload.device_id.in_(_names(session, device.id)),
            Upload.settled_at > (device.last_seen_at or device.created_at),
        )
    )
    unsettled = None if numbers else _unsettled(session, device.account_id)
    return ledger.photos_lost(word, since or 0, unsettled=unsettled)


def _unsettled(session: Session, account_id: str) -> int:
    """Photos that the account's operations name, those kept aside too, and that are not here."""
    named = set(
        session.scalars(
            select(ActivityEvidence.sha256).where(ActivityEvidence.account_id == account_id)
        )
    )
    for body in session.scalars(
        select(OperationLog.body).where(
            OperationLog.account_id == account_id, OperationLog.body.is_not(None)
        )
    ):
        named |= _photos_of(body)
    here = session.scalars(
        select(Upload.sha256).where(Upload.account_id == account_id, Upload.settled_at.is_not(None))
    )
    return len(named.difference(here))


def _photos_of(body: Any) -> set[str]:
    added = (body.get("add") or {}) if isinstance(body, dict) else {}
    elements = added.get("evidence") or [] if isinstance(added, dict) else []
    return {
        element["sha256"]
        for element in elements
        if isinstance(element, dict) and isinstance(element.get("sha256"), str)
    }


def _arrived(session: Session, device_id: str) -> list[tuple[int | None, int]]:
    rows = session.execute(
        select(OperationLog.epoch, OperationLog.n).where(
            OperationLog.device_id.in_(_names(session, device_id)), OperationLog.n.is_not(None)
        )
    )
    return [(row.epoch, row.n) for row in rows]


def _names(session: Session, device_id: str) -> list[str]:
    """All ids under which this phone has been enrolled, earlier and later ones."""
    found, fresh = {device_id}, {device_id}
    while fresh:
        rows = session.execute(
            select(Device.id, Device.formerly).where(
                or_(Device.id.in_(fresh), Device.formerly.in_(fresh))
            )
        )
        fresh = {id for row in rows for id in row if id is not None} - found
        found |= fresh
    return sorted(found)


def _lines(session: Session, device_ids: list[str]) -> dict[str, list[DeviceLine]]:
    found: dict[str, list[DeviceLine]] = {}
    for line in session.scalars(
        select(DeviceLine).where(DeviceLine.device_id.in_(device_ids)).order_by(DeviceLine.told_at)
    ):
        found.setdefault(line.device_id, []).append(line)
    return found


def _ended(line: DeviceLine) -> Word:
    return Word(line.epoch, line.last_n, len(line.numbers), line.photos)


register_ledger(losses)
