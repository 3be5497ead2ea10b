"""The audit log cannot be altered unnoticed."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from server.accounts import audit
from server.accounts.models import AuditEntry, AuditHead
from server.clock import VIETNAM


@pytest.fixture
def lines(session: Session, now: datetime) -> None:
    for number in range(5):
        audit.append(session, "system", now, "account.added", f"a{number}", {"units": ["vn"]})
    session.commit()


def test_untouched_log_is_sound(session: Session, lines: None) -> None:
    assert audit.verify_chain(session) == audit.ChainReport(5, None)
    assert audit.verify_chain(session).sound


def test_a_line_told_in_another_zone_is_sound(session: Session, now: datetime) -> None:
    audit.append(session, "system", now.astimezone(VIETNAM), "leaflet.begin", "l1")
    session.commit()
    assert audit.verify_chain(session).sound


def test_empty_log_is_sound(session: Session) -> None:
    assert audit.verify_chain(session).sound


@pytest.mark.parametrize("column", ["actor_id", "action", "subject", "details", "hash"])
def test_altered_line_is_found(session: Session, lines: None, column: str) -> None:
    session.execute(update(AuditEntry).where(AuditEntry.seq == 3).values({column: "x"}))
    assert audit.verify_chain(session).broken_at == 3


def test_altered_time_is_found(session: Session, lines: None, now: datetime) -> None:
    earlier = now.replace(year=2025)
    session.execute(update(AuditEntry).where(AuditEntry.seq == 2).values(at=earlier))
    assert audit.verify_chain(session).broken_at == 2


@pytest.mark.parametrize(("gone", "broken_at"), [(1, 2), (3, 4), (5, 5)])
def test_removed_line_is_found(session: Session, lines: None, gone: int, broken_at: int) -> None:
    session.execute(delete(AuditEntry).where(AuditEntry.seq == gone))
    assert audit.verify_chain(session).broken_at == broken_at


def test_removed_head_is_found(session: Session, lines: None) -> None:
    session.execute(delete(AuditHead))
    assert not audit.verify_chain(session).sound


def test_line_goes_with_the_deed(session: Session, now: datetime, lines: None) -> None:
    audit.append(session, "system", now, "account.disabled", "a1")
    session.rollback()
    assert audit.verify_chain(session) == audit.ChainReport(5, None)
