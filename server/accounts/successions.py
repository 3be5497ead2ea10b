"""Accounts go along when their commune is merged away or divided.

Each of them then works for all communes that took its place, in its own order of units, and a line
of the audit log says so. Not here: offices, whose areas are dated (`places.recording`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts import audit
from server.accounts.models import Account, AccountUnit
from server.http.actor import Actor
from server.places import queries as places


def follow_units(
    session: Session,
    actor: Actor,
    now: datetime,
    lineage_id: str,
    heirs: Sequence[str],
    ended: bool,
) -> list[str]:
    """Give the accounts of a commune its `heirs` (lineage ids), in its place if it `ended`.

    Returns the ids of the accounts that changed. The same again changes nothing.
    """
    commune = places.unit(session, lineage_id)
    assert commune is not None, lineage_id
    known = {each.id for each in places.versions(session, commune.level, commune.code)
             if each.valid_from is not None}  # fmt: skip
    concerned = session.scalars(
        select(Account)
        .where(Account.units.any(AccountUnit.unit_id.in_(sorted(known))))
        .order_by(Account.id)
    )
    changed = []
    for account in concerned.unique().all():
        before = list(account.unit_ids)
        after = _replaced(before, known, heirs, ended)
        if after == before:
            continue
        # Rows of the same key are kept, so that no insert meets the delete of its own key
        kept = {unit.unit_id: unit for unit in account.units}
        account.units = [kept.get(one) or AccountUnit(unit_id=one) for one in after]
        for position, unit in enumerate(account.units):
            unit.position = position
        details: dict[str, audit.Detail] = {"before": before, "after": after}
        audit.append(session, actor.account_id, now, "account.units_followed", account.id, details)
        changed.append(account.id)
    session.flush()
    return changed


def _replaced(
    before: Sequence[str], known: set[str], heirs: Sequence[str], ended: bool
) -> list[str]:
    """The account's units afterwards, each once, in order."""
    found: list[str] = []
    for unit_id in before:
        if unit_id not in known:
            found.append(unit_id)
        elif ended:
            found += heirs
        else:
            found += [unit_id, *(heir for heir in heirs if heir not in known)]
    return list(dict.fromkeys(found))
