"""The guard against changes that no phone would see."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server.change_feed.guard import statements
from tests.factories.accounts import make_account
from tests.factories.activities import make_activity


def test_an_activity_cannot_change_without_a_new_number(session: Session, now: datetime) -> None:
    activity = make_activity(session, now, make_account(session, now))
    with pytest.raises(DBAPIError, match="without a new seq"):
        session.execute(text("UPDATE activity SET status = 'approved'"))
    session.rollback()
    found = session.execute(text("SELECT id, status FROM activity")).all()
    assert found == [(activity, "submitted")]


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_migrations_get_the_same_statements(dialect: str) -> None:
    assert all("notice" in each or "FUNCTION" in each for each in statements("notice", dialect))
