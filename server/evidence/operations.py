"""The only writers of uploads, previews and photos; `receiving` moves the bytes and calls these.

Not here: decoding, hashing, offsets of growing files.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.orm import Session

from server import problems
from server.activities import evidence_links
from server.activities import operations as activities
from server.database.upsert import insert_or_ignore
from server.evidence import queries
from server.evidence.decoder import Refused
from server.evidence.limits import EXPIRED_PER_CREATION_MAX, PREVIEW_KEPT, UPLOAD_KEPT
from server.evidence.models import Photo, Preview, Upload
from server.evidence.pictures import Picture
from server.evidence.tus import Creation
from server.problems import ProblemError


def open_upload(
    session: Session, now: datetime, account_id: str, creation: Creation,
    device_id: str | None = None,
) -> Upload:  # fmt: skip
    """The account's upload of that name, made or found again, with its time renewed.

    Raises `upload-malformed` when it was opened before with another size.
    """
    keep_marked(session, [creation.sha256])  # first: its row's lock holds the collector off
    session.execute(
        insert_or_ignore(
            session,
            Upload,
            account_id=account_id,
            sha256=creation.sha256,
            size=creation.size,
            media_type=creation.media_type,
            filename=creation.filename,
            offset=0,
            created_at=now,
            expires_at=now + UPLOAD_KEPT,
            device_id=device_id,
        )
    )
    upload = session.get_one(Upload, (account_id, creation.sha256), populate_existing=True)
    if upload.size != creation.size:
        raise ProblemError(problems.UPLOAD_MALFORMED, header="Upload-Length")
    upload.expires_at = now + UPLOAD_KEPT
    if device_id is not None and upload.settled_at is None:
        upload.device_id = device_id
    session.flush()
    return upload


def note_offset(session: Session, now: datetime, account_id: str, sha256: str, offset: int) -> None:
    """Remember what is being answered, and that somebody is still sending."""
    session.execute(
        update(Upload)
        .where(Upload.account_id == account_id, Upload.sha256 == sha256)
        .where(Upload.settled_at.is_(None))
        .values(offset=offset, expires_at=now + UPLOAD_KEPT)
    )


def settle_upload(
    session: Session, now: datetime, account_id: str, sha256: str, seen: Picture | Refused
) -> Photo:
    """All bytes came and were looked at: keep the verdict and tell the activities that wait.

    An older verdict on the same bytes stands. Returns the photo.
    """
    upload = session.get_one(Upload, (account_id, sha256))
    session.execute(delete(Photo).where(Photo.sha256 == sha256, Photo.state == "gone"))
    session.execute(
        insert_or_ignore(session, Photo, sha256=sha256, size=upload.size, verified_at=now,
                         **_columns(seen))
    )  # fmt: skip
    photo = session.get_one(Photo, sha256, populate_existing=True)
    _drop_preview(session, account_id, sha256)
    if upload.settled_at is None:
        upload.offset = upload.size
        upload.settled_at = now
    session.flush()
    for activity_id in evidence_links.activities_naming(session, account_id, sha256):
        activities.touch(session, now, activity_id)
    return photo


def keep_preview(session: Session, now: datetime, account_id: str, sha256: str) -> bool:
    """The preview's bytes are in the store; False if the photo itself has come meanwhile."""
    if queries.is_settled(session, account_id, sha256):
        return False
    session.execute(
        insert_or_ignore(session, Preview, account_id=account_id, sha256=sha256, received_at=now)
    )
    return True


def drop_old_previews(session: Session, now: datetime) -> list[tuple[str, str]]:
    """Forget some previews whose photo never came; returns their accounts and names."""
    old = [
        (row.account_id, row.sha256)
        for row in session.execute(
            select(Preview.account_id, Preview.sha256)
            .where(Preview.received_at < now - PREVIEW_KEPT)
            .order_by(Preview.received_at)
            .limit(EXPIRED_PER_CREATION_MAX)
        )
    ]
    if old:
        session.execute(delete(Preview).where(tuple_(Preview.account_id, Preview.sha256).in_(old)))
    return old


def cancel_upload(session: Session, account_id: str, sha256: str) -> None:
    """Forget the upload. Raises `not-found`, or `upload-complete` for what is evidence by now."""
    upload = session.get(Upload, (account_id, sha256))
    if upload is None:
        raise ProblemError(problems.NOT_FOUND)
    photo = session.get(Photo, sha256)
    if upload.settled_at is not None and photo is not None and photo.state == "verified":
        raise ProblemError(problems.UPLOAD_COMPLETE)
    session.delete(upload)
    _drop_preview(session, account_id, sha256)
    session.flush()


def drop_expired(session: Session, now: datetime) -> list[tuple[str, str]]:
    """Forget some uploads whose time is over; returns their accounts and names."""
    expired = [
        (row.account_id, row.sha256)
        for row in session.execute(
            select(Upload.account_id, Upload.sha256)
            .where(Upload.expires_at < now, Upload.settled_at.is_(None))
            .order_by(Upload.expires_at)
            .limit(EXPIRED_PER_CREATION_MAX)
        )
    ]
    for account_id, sha256 in expired:
        session.execute(
            delete(Upload).where(Upload.account_id == account_id, Upload.sha256 == sha256)
        )
    return expired


def mark_unnamed(session: Session, now: datetime, sha256s: Iterable[str]) -> None:
    """From now on nothing names these photos, as far as can be seen."""
    session.execute(
        update(Photo)
        .where(Photo.sha256.in_(sha256s), Photo.unnamed_since.is_(None))
        .values(unnamed_since=now)
    )


def keep_marked(session: Session, sha256s: Iterable[str]) -> None:
    """Something names these photos, or somebody asks for them or sends them: their time begins
    anew. A row that is gone is locked and stays as it is."""
    marked = session.scalars(
        select(Photo.sha256)
        .where(Photo.sha256.in_(sha256s), Photo.unnamed_since.is_not(None))
        .order_by(Photo.sha256)  # one order for everybody who locks several
        .with_for_update()
    ).all()
    if marked:
        session.execute(
            update(Photo)
            .where(Photo.sha256.in_(marked), Photo.state != "gone")
            .values(unnamed_since=None)
        )


def forget(session: Session, sha256s: Iterable[str]) -> None:
    """Nothing names these photos (rows locked by `queries.lock_due`): their deliveries go, and
    their rows say that the bytes are to go."""
    gone = list(sha256s)
    session.execute(delete(Upload).where(Upload.sha256.in_(gone), Upload.settled_at.is_not(None)))
    session.execute(update(Photo).where(Photo.sha256.in_(gone)).values(state="gone"))


def drop_gone(session: Session, sha256s: Iterable[str]) -> None:
    """The bytes of these are deleted: so are the last rows that tell of them."""
    session.execute(delete(Photo).where(Photo.sha256.in_(sha256s), Photo.state == "gone"))


def _drop_preview(session: Session, account_id: str, sha256: str) -> None:
    session.execute(
        delete(Preview).where(Preview.account_id == account_id, Preview.sha256 == sha256)
    )


def _columns(seen: Picture | Refused) -> dict[str, object]:
    if isinstance(seen, Refused):
        return {"state": "refused", "reason": seen.reason}
    return {
        "state": "verified",
        "media_type": seen.media_type,
        "width": seen.width,
        "height": seen.height,
        "orientation": seen.orientation,
        "placeholder": seen.placeholder,
        "phash": seen.phash,
    }
