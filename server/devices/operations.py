"""The only writers of phones and enrolment codes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, bindparam, update
from sqlalchemy.orm import Session

from server import problems
from server.accounts import audit, policy
from server.accounts import queries as accounts
from server.accounts.models import Account
from server.accounts.tokens import hash_token, new_token
from server.database.ids import new_id
from server.devices.codes import hash_code, new_code, normal_code
from server.devices.models import Device, Enrolment
from server.http.actor import Actor
from server.problems import ProblemError

#: Long enough to carry a printed sheet to a commune and back, short enough for a lost one.
ENROLMENT_VALID = timedelta(hours=24)
TOKEN_PREFIX = "loa_"  # noqa: S105 - so that scanners for leaked secrets know it
NAME_LENGTH_MAX = 80

_devices: Table = Device.__table__  # type: ignore[assignment]

# Made once, for every push runs it
_NOTE_CONTACT = (
    update(_devices)
    .where(_devices.c.id == bindparam("device_id"))
    .values(
        {name: bindparam(name) for name in ("epoch", "last_n", "unsent", "app", "last_seen_at")}
    )
)


def issue_enrolment(
    session: Session, actor: Actor, now: datetime, account_id: str,
    valid: timedelta = ENROLMENT_VALID,
) -> tuple[str, datetime]:  # fmt: skip
    """A new code for a phone of the account: `(code, expires_at)`. Unused older codes end."""
    owner = accounts.account(session, account_id)
    if not accounts.may_manage(session, actor, "account.manage", owner.unit_ids, now):
        raise ProblemError(problems.FORBIDDEN, action="account.manage")
    if owner.disabled_at is not None:
        raise ProblemError(problems.CONFLICT, account=account_id)
    _end_unused_codes(session, account_id, now)
    code, expires_at = new_code(), now + valid
    normal = normal_code(code)
    assert normal is not None
    session.add(Enrolment(
        id=new_id(now), code_hash=hash_code(normal), account_id=account_id,
        created_by=actor.account_id, created_at=now, expires_at=expires_at,
    ))  # fmt: skip
    session.flush()
    audit.append(session, actor.account_id, now, "enrolment.issued", account_id)
    return code, expires_at


def enrol(
    session: Session, now: datetime, code: str, name: str
) -> tuple[Device, str, Account, tuple[str, ...]]:
    """Redeem `code`: `(device, token, account, scopes)`.

    Raises `enrolment-code-unusable` for a code that is wrong, used, revoked or expired, all
    alike. One conditional UPDATE takes the code, so of many redemptions at once one wins.
    """
    normal = normal_code(code)
    if normal is None:
        raise ProblemError(problems.ENROLMENT_CODE_UNUSABLE)
    taken = session.execute(
        update(Enrolment)
        .where(
            Enrolment.code_hash == hash_code(normal),
            Enrolment.used_at.is_(None),
            Enrolment.revoked_at.is_(None),
            Enrolment.expires_at > now,
        )
        .values(used_at=now)
        .returning(Enrolment.id, Enrolment.account_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if taken is None:
        raise ProblemError(problems.ENROLMENT_CODE_UNUSABLE)
    owner = accounts.account(session, taken.account_id)
    if owner.disabled_at is not None:
        raise ProblemError(problems.ENROLMENT_CODE_UNUSABLE)
    device, token = _add_device(session, now, owner, name)
    session.execute(
        update(Enrolment)
        .where(Enrolment.id == taken.id)
        .values(device_id=device.id)
        .execution_options(synchronize_session=False)
    )
    audit.append(session, owner.id, now, "device.enrolled", device.id, {"enrolment": taken.id})
    return device, token, owner, accounts.actor_of(session, owner, now).scopes


def revoke_device(session: Session, actor: Actor, now: datetime, device_id: str) -> Device:
    """Let the phone read nothing from now on. What it did before it may deliver (`escrow`)."""
    device = _revocable(session, actor, now, device_id)
    if device.revoked_at is None:
        device.revoked_at = now
        session.flush()
        audit.append(session, actor.account_id, now, "device.revoked", device.id)
    return device


def deny_escrow(session: Session, actor: Actor, now: datetime, device_id: str) -> Device:
    """Refuse even what the phone did before it was shut out: whoever has it is not its owner.

    Raises `conflict` for a phone that is in use.
    """
    device = _revocable(session, actor, now, device_id)
    owner = accounts.account(session, device.account_id)
    if device.revoked_at is None and owner.disabled_at is None:
        raise ProblemError(problems.CONFLICT, device=device_id)
    if device.escrow_denied_at is None:
        device.escrow_denied_at = now
        session.flush()
        audit.append(session, actor.account_id, now, "device.escrow_denied", device.id)
    return device


def keep_starts(session: Session, device_id: str, starts: Mapping[int, int]) -> None:
    """How many operations the phone had numbered when it first came in an epoch, by epoch."""
    session.connection().execute(
        update(_devices)
        .where(_devices.c.id == device_id)
        .values(epoch_starts={str(epoch): n for epoch, n in starts.items()})
    )


def goes_on_from(session: Session, device_id: str, former_id: str) -> Device | None:
    """The phone says at its first contact that it was `former_id` before it was enrolled again:
    numbers and epochs go on. Returns that phone, None where it is none of the same account."""
    device = session.get_one(Device, device_id)
    former = session.get(Device, former_id)
    if former is None or former.id == device_id or former.account_id != device.account_id:
        return None
    session.connection().execute(
        update(_devices).where(_devices.c.id == device_id).values(formerly=former.id)
    )
    return former


def note_fork(session: Session, now: datetime, device_id: str) -> None:
    """Another operation bore a number of this phone: it was restored or cloned."""
    session.connection().execute(
        update(_devices)
        .where(_devices.c.id == device_id)
        .values(forks=_devices.c.forks + 1, forked_at=now)
    )


def note_contact(
    session: Session,
    now: datetime,
    device_id: str,
    *,
    epoch: int,
    last_n: int,
    unsent: Mapping[str, Any] | None,
    app: str | None,
) -> None:
    """Keep what a phone told of itself at a sync (the loss ledger reads it)."""
    session.connection().execute(
        _NOTE_CONTACT,
        {
            "device_id": device_id,
            "epoch": epoch,
            "last_n": last_n,
            "unsent": dict(unsent) if unsent is not None else None,
            "app": kept_name(app),
            "last_seen_at": now,
        },
    )


def kept_name(app: str | None) -> str | None:
    """As much of an app's name and version as is kept."""
    return app[:64] if app else None


def _add_device(session: Session, now: datetime, owner: Account, name: str) -> tuple[Device, str]:
    token = TOKEN_PREFIX + new_token()
    device = Device(
        id=new_id(now),
        account_id=owner.id,
        name=" ".join(name.split())[:NAME_LENGTH_MAX],
        token_hash=hash_token(token),
        epoch=0,
        last_n=0,
        created_at=now,
        last_seen_at=now,
        # whatever it replaced told its last: told at contacts until one was answered
        loss_open=True,
    )
    session.add(device)
    session.flush()
    return device, token


def _end_unused_codes(session: Session, account_id: str, now: datetime) -> None:
    session.execute(
        update(Enrolment)
        .where(
            Enrolment.account_id == account_id,
            Enrolment.used_at.is_(None),
            Enrolment.revoked_at.is_(None),
        )
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )


def _revocable(session: Session, actor: Actor, now: datetime, device_id: str) -> Device:
    device = session.get(Device, device_id)
    if device is None:
        raise ProblemError(problems.NOT_FOUND, device=device_id)
    _ensure_may_revoke(session, actor, device, now)
    return device


def _ensure_may_revoke(session: Session, actor: Actor, device: Device, now: datetime) -> None:
    if policy.may(actor, "device.manage", author_id=device.account_id):
        if device.account_id == actor.account_id:
            return
        owner = accounts.account(session, device.account_id)
        if accounts.may_manage(session, actor, "device.manage", owner.unit_ids, now):
            return
    # what one may not see does not exist
    raise ProblemError(problems.NOT_FOUND, device=device.id)
