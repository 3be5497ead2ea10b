"""Reading phones: by their token, and lists for those who may see them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from server import clock
from server.accounts import areas
from server.accounts import queries as accounts
from server.accounts.models import Account, AccountUnit
from server.accounts.tokens import hash_token
from server.devices import escrow
from server.devices.models import Device
from server.http.actor import Actor, Contact

LIST_MAX = 1000  # phones in one list; a province has some hundreds

_devices: Table = Device.__table__  # type: ignore[assignment]
_accounts: Table = Account.__table__  # type: ignore[assignment]
_units: Table = AccountUnit.__table__  # type: ignore[assignment]

# Stands before every request of a phone, so it is one statement, made once and without objects:
# the ORM took a sixth of a push for it. A row for each unit of the account, its home first.
_HOLDER = (
    select(
        _devices.c.id, _devices.c.epoch, _devices.c.last_n, _devices.c.unsent, _devices.c.app,
        _devices.c.last_seen_at, _devices.c.loss_open, _devices.c.revoked_at,
        _devices.c.escrow_denied_at, _accounts.c.disabled_at, _accounts.c.id.label("account_id"),
        _accounts.c.name, _accounts.c.role, _units.c.unit_id,
    )
    .join(_accounts, _accounts.c.id == _devices.c.account_id)
    .join(_units, _units.c.account_id == _accounts.c.id)
    .where(_devices.c.token_hash == bindparam("token_hash"))
    .order_by(_units.c.position)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loss:
    """What one life of a phone told of, at `told_at`, and that never came."""

    operations: int
    photos: int
    told_at: datetime


Ledger = Callable[[Session, Iterable[Device]], Mapping[str, list[Loss]]]
_ledgers: list[Ledger] = []


def register_ledger(losses: Ledger) -> None:
    """Let `losses` say what phones lost: only rooms above know what arrived."""
    _ledgers[:] = [losses]


@dataclass(frozen=True, slots=True)
class DeviceOf:
    """A phone with its owner."""

    device: Device
    owner: Account
    losses: Sequence[Loss] = ()

    @property
    def escrow_until(self) -> datetime | None:
        """Until when it may deliver though it was shut out; None for one in use, too."""
        device = self.device
        return escrow.until(device.revoked_at, self.owner.disabled_at, device.escrow_denied_at)


def holder(session: Session, token: str, now: datetime) -> tuple[Actor, Contact] | None:
    """Who holds `token`; None when it is unknown, or revoked (by itself or with its account) and
    not, or no more, in escrow.

    Asked anew at every request: a token that is revoked by another process ends at once.
    """
    rows = session.connection().execute(_HOLDER, {"token_hash": hash_token(token)}).all()
    if not rows:
        return None
    first = rows[0]
    contact = Contact(
        first.epoch, first.last_n, first.unsent, first.app, first.last_seen_at, first.loss_open
    )
    units = [row.unit_id for row in rows]
    if first.revoked_at is not None or first.disabled_at is not None:
        until = escrow.until(first.revoked_at, first.disabled_at, first.escrow_denied_at)
        if until is None or until <= now:
            return None
        # no area and no scopes: whatever it asks, there is nothing that it may read
        return Actor(first.account_id, first.name, first.role, units[0], device_id=first.id,
                     escrow_until=until), contact  # fmt: skip
    area = areas.area_of(session, units, clock.today_in_vietnam(now))
    actor = Actor(
        account_id=first.account_id,
        name=first.name,
        role=first.role,
        unit_id=units[0],
        area=area,
        scopes=areas.scopes_of(area, first.account_id),
        device_id=first.id,
    )
    return actor, contact


def list_devices(session: Session, actor: Actor, now: datetime) -> Sequence[DeviceOf]:
    """An administrator's phones of the area, everybody else's own, the newest first."""
    statement = (
        select(Device, Account)
        .join(Account, Account.id == Device.account_id)
        .order_by(Device.created_at.desc(), Device.id.desc())
        .limit(LIST_MAX)
    )
    if actor.role != "administrator":
        statement = statement.where(Device.account_id == actor.account_id)
    found = [DeviceOf(device, owner) for device, owner in session.execute(statement)]
    seen = [one for one in found if _may_see(session, actor, one.owner, now)]
    lost: Mapping[str, list[Loss]] = {}
    for losses in _ledgers:
        lost = losses(session, [one.device for one in seen])
    return [replace(one, losses=tuple(lost.get(one.device.id, ()))) for one in seen]


def device_name(session: Session, device_id: str) -> str:
    """How the phone calls itself."""
    return session.execute(select(Device.name).where(Device.id == device_id)).scalar_one()


def describe_scopes(session: Session, scopes: Sequence[str]) -> list[dict[str, Any]]:
    """The places behind `scopes`: `{scope, id, name, full_name, province}` each."""
    described = []
    for scope in scopes:
        unit_id = areas.unit_of_scope(scope)
        names = areas.names_of(session, unit_id) if unit_id else None
        if names is not None:
            described.append({
                "scope": scope, "id": names.id, "name": names.name,
                "full_name": names.full_name, "province": names.province,
            })  # fmt: skip
    return described


def _may_see(session: Session, actor: Actor, owner: Account, now: datetime) -> bool:
    return owner.id == actor.account_id or accounts.may_manage(
        session, actor, "device.manage", owner.unit_ids, now
    )
