"""Reading accounts and console sessions: what other rooms and the routes may ask.

Not here: lists for the console's account pages, which a later part adds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import clock, problems
from server.accounts import areas, policy
from server.accounts.models import Account, ConsoleSession
from server.accounts.tokens import hash_token
from server.http.actor import Actor
from server.places import queries as places
from server.problems import ProblemError

SESSION_IDLE = timedelta(hours=12)
SESSION_ABSOLUTE = timedelta(days=7)
#: How stale `last_seen_at` may be, so that a page of twenty requests writes at most once.
SESSION_TOUCH = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live console session with its actor. `stale`: its `last_seen_at` wants writing."""

    actor: Actor
    id_hash: str
    csrf_token: str
    stale: bool


def account(session: Session, account_id: str) -> Account:
    """The account; raises `not-found`."""
    found = session.get(Account, account_id)
    if found is None:
        raise ProblemError(problems.NOT_FOUND, account=account_id)
    return found


def account_by_username(session: Session, username: str) -> Account | None:
    """The account that signs in by this name, disabled ones included."""
    statement = select(Account).where(Account.username == normal_username(username))
    return session.execute(statement).scalar_one_or_none()


def normal_username(username: str) -> str:
    """How names are kept and compared: composed letters, lower case, no space around."""
    return unicodedata.normalize("NFC", username).strip().lower()


def actor_of(
    session: Session, found: Account, now: datetime, device_id: str | None = None
) -> Actor:
    """`found` at work now, with its area and scopes."""
    area = areas.area_of(session, found.unit_ids, clock.today_in_vietnam(now))
    return Actor(
        account_id=found.id,
        name=found.name,
        role=found.role,
        unit_id=found.unit_ids[0],
        area=area,
        scopes=areas.scopes_of(area, found.id),
        device_id=device_id,
    )


def signed_in(session: Session, secret: str, now: datetime) -> SignedIn | None:
    """Whose console session `secret` opens, None when it ended or its account is disabled."""
    row = session.execute(
        select(ConsoleSession, Account)
        .join(Account, Account.id == ConsoleSession.account_id)
        .where(
            ConsoleSession.id_hash == hash_token(secret),
            ConsoleSession.last_seen_at > now - SESSION_IDLE,
            ConsoleSession.created_at > now - SESSION_ABSOLUTE,
            Account.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    opened, owner = row
    return SignedIn(
        actor=actor_of(session, owner, now),
        id_hash=opened.id_hash,
        csrf_token=opened.csrf_token,
        stale=opened.last_seen_at < now - SESSION_TOUCH,
    )


def may_manage(
    session: Session,
    actor: Actor,
    action: policy.Action,
    unit_ids: Iterable[str],
    now: datetime,
) -> bool:
    """Whether `actor` may do `action` to an account that works for these units."""
    area = areas.area_of(session, unit_ids, clock.today_in_vietnam(now))
    communes = () if actor.area.nation else area.commune_ids
    province_of = {one: places.province_code(session, one) for one in communes}
    return policy.may_throughout(actor, action, area, province_of)


def describe_account(session: Session, found: Account) -> dict[str, Any]:
    """What the account's owner is shown: `{id, name, role, unit: {id, name, full_name}}`."""
    return {
        "id": found.id,
        "name": found.name,
        "role": found.role,
        "unit": describe_unit(session, found.unit_ids[0]),
    }


def describe_unit(session: Session, unit_id: str) -> dict[str, str]:
    """`{id, name, full_name}` of a unit."""
    names = areas.names_of(session, unit_id)
    if names is None:  # a unit that an import took away
        return {"id": unit_id, "name": unit_id, "full_name": unit_id}
    return {"id": unit_id, "name": names.name, "full_name": names.full_name}
