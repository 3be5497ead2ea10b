"""Thousands of collaborators with a phone each, put straight into the tables: seconds, not hours.

Enrolment by codes is shown by other tests; here the phones only have to be there.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select

from server.accounts.models import Account, AccountUnit
from server.accounts.tokens import hash_token
from server.app import create_app
from server.database import db
from server.devices.models import Device
from server.places.models import UnitVersion
from server.settings import from_environment
from tests.factories.activities import new_id
from tests.support.warm import SECRET


@dataclass(frozen=True)
class Enrolled:
    """A phone: who holds it, its token, and the feed of its commune."""

    device: str
    account: str
    token: str
    scope: str


def enrol_many(database_url: str, folder: Path, count: int, communes_max: int) -> list[Enrolled]:
    """`count` phones, spread evenly over at most `communes_max` communes."""
    settings = from_environment({
        **os.environ, "LOA_DATA_DIR": str(folder), "LOA_DATABASE_URL": database_url,
        "LOA_SECRET_KEY": SECRET,
    })  # fmt: skip
    app = create_app(settings)
    with app.app_context():
        session = db.session()
        communes = session.scalars(
            select(UnitVersion.id)
            .where(
                UnitVersion.level == "commune", UnitVersion.id.endswith("-2025", autoescape=True)
            )
            .order_by(UnitVersion.id)
            .limit(communes_max)
        ).all()
        session.rollback()
        found = _insert(count, communes)
        db.session.remove()
        db.engine.dispose()
    return found


def _insert(count: int, communes: object) -> list[Enrolled]:
    assert isinstance(communes, list)
    now = datetime.now(UTC) - timedelta(minutes=5)
    found, accounts, units, devices = [], [], [], []
    for number in range(count):
        commune = communes[number % len(communes)]
        phone = Enrolled(new_id(), new_id(), f"loa_{new_id()}{number:07}", f"commune:{commune}")
        found.append(phone)
        accounts.append({"id": phone.account, "name": f"Người thử {number}",
                         "role": "collaborator", "created_at": now})  # fmt: skip
        units.append({"account_id": phone.account, "unit_id": commune, "position": 0})
        devices.append({
            "id": phone.device, "account_id": phone.account, "name": "Máy thử",
            "token_hash": hash_token(phone.token), "created_at": now, "last_seen_at": now,
        })  # fmt: skip
    session = db.session()
    session.execute(insert(Account), accounts)
    session.execute(insert(AccountUnit), units)
    session.execute(insert(Device), devices)
    session.commit()
    return found
