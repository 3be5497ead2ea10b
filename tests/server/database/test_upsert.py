"""A row that is there already stays as it is."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.models import AuditHead
from server.database.upsert import insert_or_ignore


def test_second_insert_changes_nothing(session: Session) -> None:
    session.execute(insert_or_ignore(session, AuditHead, id=7, seq=1, hash="a"))
    session.execute(insert_or_ignore(session, AuditHead, id=7, seq=2, hash="b"))
    rows = session.execute(select(AuditHead.seq).where(AuditHead.id == 7)).scalars().all()
    assert list(rows) == [1]
