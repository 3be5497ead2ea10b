"""A database with work in it, and what the checks say of it."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from server.accounts import audit
from server.change_feed import operations as feed
from tests.factories.accounts import make_account
from tests.factories.activities import make_activity


@pytest.fixture
def worked(session: Session, now: datetime) -> Session:
    """Three activities, an audit line and a notice."""
    author = make_account(session, now)
    for _ in range(3):
        make_activity(session, now, author)
    audit.append(session, "system", now, "tested", "x")
    feed.put_document(session, f"account:{author.id}", "notice", "n1", {"about": "test", "at": ""})
    session.commit()
    return session


def damage(session: Session, statements: str) -> None:
    """What somebody does behind the application's back."""
    for statement in statements.split(";"):
        session.execute(text(statement))
