"""Reading phones: by their token, and lists for those who may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts import areas
from server.accounts import queries as accounts
from server.accounts.models import Account
from server.accounts.tokens import hash_token
from server.devices.models import Device
from server.http.actor import Actor

LIST_MAX = 1000  # phones in one list; a province has some hundreds


@dataclass(frozen=True, slots=True)
class DeviceOf:
    """A phone with its owner."""

    device: Device
    owner: Account


def device_actor(session: Session, token: str, now: datetime) -> Actor | None:
    """Who holds `token`; None when it is unknown, revoked, or its account is disabled."""
    row = session.execute(
        select(Device.id, Account)
        .join(Account, Account.id == Device.account_id)
        .where(
            Device.token_hash == hash_token(token),
            Device.revoked_at.is_(None),
            Account.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    device_id, owner = row
    return accounts.actor_of(session, owner, now, device_id)


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
    return [one for one in found if _may_see(session, actor, one.owner, now)]


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
