"""Uploads and photos as rows: opened, renewed, cancelled, forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import problems
from server.evidence import operations
from server.evidence.limits import UPLOAD_KEPT
from server.evidence.models import Upload
from server.evidence.tus import Creation
from server.problems import ProblemError
from tests.factories.accounts import make_account

SHA256 = "ab" * 32


def creation(size: int = 1000, sha256: str = SHA256) -> Creation:
    return Creation(sha256, size, "image/jpeg", "anh.jpg", None)


@pytest.fixture
def account_id(session: Session, now: datetime) -> str:
    return make_account(session, now).id


def uploads(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Upload)) or 0


def test_opening_twice_is_one_upload_with_its_time_renewed(
    session: Session, now: datetime, account_id: str
) -> None:
    operations.open_upload(session, now, account_id, creation())
    later = now + timedelta(hours=5)
    again = operations.open_upload(session, later, account_id, creation())
    assert again.expires_at == later + UPLOAD_KEPT
    assert uploads(session) == 1


def test_another_size_under_the_same_hash_is_refused(
    session: Session, now: datetime, account_id: str
) -> None:
    operations.open_upload(session, now, account_id, creation())
    with pytest.raises(ProblemError) as told:
        operations.open_upload(session, now, account_id, creation(size=999))
    assert told.value.problem is problems.UPLOAD_MALFORMED


def test_an_unknown_upload_cannot_be_cancelled(session: Session, account_id: str) -> None:
    with pytest.raises(ProblemError) as told:
        operations.cancel_upload(session, account_id, SHA256)
    assert told.value.problem is problems.NOT_FOUND


def test_what_nobody_goes_on_with_is_forgotten_in_time(
    session: Session, now: datetime, account_id: str
) -> None:
    operations.open_upload(session, now, account_id, creation())
    operations.open_upload(session, now + UPLOAD_KEPT, account_id, creation(sha256="cd" * 32))
    assert operations.drop_expired(session, now + UPLOAD_KEPT) == []
    after = now + UPLOAD_KEPT + timedelta(seconds=1)
    assert operations.drop_expired(session, after) == [(account_id, SHA256)]
    assert uploads(session) == 1
