"""Reports that wait for a decision, with their photos sent, and people who decide."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from server.accounts.models import Account
from server.activities import operations as activities
from server.activities import queries
from server.evidence.decoder import shared_decoder
from server.evidence.receiving import Progress, Receiver
from server.evidence.tus import Chunk, Creation
from server.files.store import store_for
from tests.factories.accounts import make_account
from tests.factories.activities import SCOPE, actor_of, example, make_operation
from tests.factories.evidence import Photo, make_photo


@dataclass(frozen=True)
class Report:
    """A recorded activity, its author, and the photos that it names."""

    id: str
    author: Account
    photos: tuple[Photo, ...]

    def row(self, session: Session) -> Any:
        session.rollback()
        row = queries.get(session, self.id)
        assert row is not None
        return row


def send_photo(now: datetime, account_id: str, photo: Photo) -> Progress:
    """Deliver the photo as the account's phone would, but for HTTP."""
    files_url: str = current_app.extensions["loa_settings"].files_url
    receiver = Receiver(store_for(str(Path(files_url))), shared_decoder())
    creation = Creation(photo.sha256, len(photo.content), photo.media_type, "", None)
    present = receiver.open(now, account_id, creation)
    chunk = Chunk(0, len(photo.content), None)
    return receiver.append(now, account_id, present, chunk, io.BytesIO(photo.content))


def make_report(
    session: Session,
    now: datetime,
    *,
    author: Account | None = None,
    photos: tuple[Photo, ...] | None = None,
    sent: bool = True,
    scope: str = SCOPE,
    **fields: Any,
) -> Report:
    """A submitted report; with `sent` its photos have arrived."""
    author = author or make_account(session, now)
    photos = (make_photo(1), make_photo(2)) if photos is None else photos
    create = make_operation(
        scope=scope, set=example(**fields), add={"evidence": [each.element for each in photos]}
    )
    submit = make_operation(
        "submit", activity=create.activity, scope=scope, base=1, after=create.id
    )
    results = activities.apply_batch(session, actor_of(session, author, now), now, [create, submit])
    assert [each.outcome.name for each in results] == ["applied", "applied"], results
    session.commit()
    for photo in photos if sent else ():
        send_photo(now, author.id, photo)
    return Report(create.activity, author, photos)


def make_reviewer(session: Session, now: datetime, **account: Any) -> Account:
    """A reviewer of the province in which the usual commune lies."""
    details = {"role": "provincial_reviewer", "unit_id": "p-01-2025", "name": "Trần Minh Khôi"}
    return make_account(session, now, **{**details, **account})
