"""Limits on guessing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.accounts.attempts import KEPT, Limit, admit_try, forgive_tries
from server.accounts.models import Attempt
from server.problems import ProblemError

THREE = Limit("address", 3, timedelta(minutes=10))
KEY = "k" * 48


def admit(session: Session, now: datetime, value: str = "192.0.2.1") -> str:
    return admit_try(session, KEY, now, [(THREE, value)])


def test_limit_holds_for_its_window(session: Session, now: datetime) -> None:
    for minute in range(3):
        admit(session, now + timedelta(minutes=minute))
    with pytest.raises(ProblemError) as caught:
        admit(session, now + timedelta(minutes=4))
    assert caught.value.problem.slug == "too-many-attempts"
    assert caught.value.extras["retry_after_s"] == 6 * 60
    admit(session, now + timedelta(minutes=10, seconds=1))


def test_others_are_not_held_up(session: Session, now: datetime) -> None:
    for _ in range(3):
        admit(session, now)
    admit(session, now, "192.0.2.2")


def test_success_is_forgiven(session: Session, now: datetime) -> None:
    for _ in range(10):
        forgive_tries(session, KEY, admit(session, now))
    for _ in range(2):
        admit(session, now)
    forgive_tries(session, KEY, admit(session, now), [(THREE, "192.0.2.1")])
    assert session.execute(select(func.count()).select_from(Attempt)).scalar_one() == 0


def test_neither_addresses_nor_old_tries_are_kept(session: Session, now: datetime) -> None:
    admit(session, now)
    kept = session.execute(select(Attempt.subject_key)).scalar_one()
    assert "192.0.2.1" not in kept
    admit(session, now + KEPT + timedelta(seconds=1), "192.0.2.2")
    assert session.execute(select(func.count()).select_from(Attempt)).scalar_one() == 1
