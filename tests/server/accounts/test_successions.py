"""Accounts follow their communes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from server.accounts import audit, queries
from server.accounts.successions import follow_units
from server.http.actor import SYSTEM
from tests.factories.accounts import make_account

OLD, NEW, OTHER = "c-00008-2025", "c-00004-2025", "c-00025-2025"


def test_an_account_works_where_its_commune_went(session: Session, now: datetime) -> None:
    alone = make_account(session, now, unit_id=OLD)
    both = make_account(session, now, unit_id=(OTHER, OLD, NEW))
    stranger = make_account(session, now, unit_id=OTHER)
    changed = follow_units(session, SYSTEM, now, OLD, [NEW], ended=True)
    session.commit()
    session.expire_all()
    assert set(changed) == {alone.id, both.id}
    assert alone.unit_ids == (NEW,)
    assert both.unit_ids == (OTHER, NEW)
    assert stranger.unit_ids == (OTHER,)
    assert queries.actor_of(session, alone, now).area.commune_ids == {NEW}
    assert follow_units(session, SYSTEM, now, OLD, [NEW], ended=True) == []
    assert audit.verify_chain(session).sound


def test_a_divided_commune_leaves_all_its_parts(session: Session, now: datetime) -> None:
    account = make_account(session, now, unit_id=(OLD, OTHER))
    follow_units(session, SYSTEM, now, OLD, [OLD, NEW], ended=False)
    session.commit()
    session.expire_all()
    assert account.unit_ids == (OLD, NEW, OTHER)
