"""The only readers of uploads, previews and photos.

Everything told about a hash is told to who delivered those bytes or may read an activity whose
photo they are: a hash is no key. Not here: bytes (`files`), offsets while they grow (`receiving`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from server.activities.models import Activity, ActivityEvidence
from server.activities.queries import within
from server.evidence.models import Photo, PhotoState, Preview, Upload
from server.http.actor import Actor


@dataclass(frozen=True, slots=True)
class Holdings:
    """What an account may know of a day's photos: each hash stands in exactly one place.

    `previews`: those of the others whose preview from this account is here.
    """

    have: list[str]
    partial: dict[str, int]
    send: list[str]
    refused: dict[str, str]
    previews: list[str]


@dataclass(frozen=True, slots=True)
class Delivery:
    """An account's upload as last written down; `state` and `reason` once it has been settled."""

    account_id: str
    sha256: str
    size: int
    media_type: str
    filename: str
    offset: int
    expires_at: datetime
    state: PhotoState | None
    reason: str | None


def delivery(session: Session, account_id: str, sha256: str) -> Delivery | None:
    """The account's upload of that name. A plain value: it outlives its session."""
    upload = session.get(Upload, (account_id, sha256))
    if upload is None:
        return None
    photo = session.get(Photo, sha256) if upload.settled_at is not None else None
    return Delivery(
        account_id,
        sha256,
        upload.size,
        upload.media_type,
        upload.filename,
        upload.offset,
        upload.expires_at,
        None if photo is None else photo.state,
        None if photo is None else photo.reason,
    )


def verified(session: Session, sha256s: Iterable[str]) -> set[str]:
    """Those of `sha256s` whose bytes are here and are photos, whoever delivered them."""
    wanted = list(sha256s)
    if not wanted:
        return set()
    return set(
        session.scalars(
            select(Photo.sha256).where(Photo.sha256.in_(wanted), Photo.state == "verified")
        )
    )


def states(
    session: Session, pairs: Iterable[tuple[str, str]]
) -> Mapping[tuple[str, str], Mapping[str, Any]]:
    """(account, sha256) → `{"verified"}`, with `offset` while bytes come, or `refused: reason`.

    The reader that activities show their photos by.
    """
    wanted = list(pairs)
    if not wanted:
        return {}
    rows = session.execute(
        select(Upload.account_id, Upload.sha256, Upload.offset, Upload.settled_at,
               Photo.state, Photo.reason)
        .outerjoin(Photo, Photo.sha256 == Upload.sha256)
        .where(tuple_(Upload.account_id, Upload.sha256).in_(wanted))
    )  # fmt: skip
    return {
        (row.account_id, row.sha256): _state(
            row.offset, row.settled_at is not None, row.state, row.reason
        )
        for row in rows
    }


def _state(offset: int, is_settled: bool, state: str | None, reason: str | None) -> dict[str, Any]:
    if not is_settled:
        return {"verified": False, "offset": offset}
    if state == "refused":
        return {"verified": False, "refused": reason}
    return {"verified": state == "verified"}


def holdings(session: Session, actor: Actor, sha256s: Iterable[str]) -> Holdings:
    """Answer `have` for `actor`: what need not be sent, what is half here, what is to be sent."""
    wanted = list(dict.fromkeys(sha256s))
    own = {
        sha256: state
        for (_, sha256), state in states(session, [(actor.account_id, s) for s in wanted]).items()
    }
    unknown = [each for each in wanted if not own.get(each, {}).get("verified")]
    readable = _readable(session, actor, unknown)
    shown = _previewed(session, actor.account_id, unknown)
    found = Holdings([], {}, [], {}, [each for each in unknown if each in shown - readable])
    for sha256 in wanted:
        state = own.get(sha256, {})
        if state.get("verified") or sha256 in readable:
            found.have.append(sha256)
        elif "refused" in state:
            found.refused[sha256] = state["refused"]
        elif state.get("offset"):
            found.partial[sha256] = state["offset"]
        else:
            found.send.append(sha256)
    return found


def preview_account(session: Session, actor: Actor, sha256: str) -> str | None:
    """Whose preview `actor` may see: the own one, or that of who put the photo to an activity
    which `actor` may read."""
    if session.get(Preview, (actor.account_id, sha256)) is not None:
        return actor.account_id
    statement = (
        select(Preview.account_id)
        .join(
            ActivityEvidence,
            (ActivityEvidence.sha256 == Preview.sha256)
            & (ActivityEvidence.account_id == Preview.account_id),
        )
        .join(Activity, Activity.id == ActivityEvidence.activity_id)
        .where(Preview.sha256 == sha256)
        .order_by(Preview.received_at)
        .limit(1)
    )
    area = within(actor.area)
    return session.scalar(statement if area is None else statement.where(area))


def is_settled(session: Session, account_id: str, sha256: str) -> bool:
    """Whether the account's delivery of the photo has its verdict."""
    upload = session.get(Upload, (account_id, sha256))
    return upload is not None and upload.settled_at is not None


def wants_preview(session: Session, account_id: str, sha256: str) -> bool:
    """Whether neither the account's photo nor its preview is here."""
    is_here = session.get(Preview, (account_id, sha256)) is not None
    return not is_here and not is_settled(session, account_id, sha256)


def _previewed(session: Session, account_id: str, sha256s: list[str]) -> set[str]:
    if not sha256s:
        return set()
    return set(
        session.scalars(
            select(Preview.sha256).where(
                Preview.account_id == account_id, Preview.sha256.in_(sha256s)
            )
        )
    )


def readable_photo(session: Session, actor: Actor, sha256: str) -> Photo | None:
    """The photo, if `actor` delivered it or may read an activity that it was delivered for."""
    found = session.get(Photo, sha256)
    if found is None or found.state != "verified":
        return None
    if is_settled(session, actor.account_id, sha256):
        return found
    return found if _readable(session, actor, [sha256]) else None


def _readable(session: Session, actor: Actor, sha256s: list[str]) -> set[str]:
    """Those delivered by who put them to an activity that `actor` may read."""
    if not sha256s:
        return set()
    statement = (
        select(ActivityEvidence.sha256)
        .join(Activity, Activity.id == ActivityEvidence.activity_id)
        .join(
            Upload,
            (Upload.sha256 == ActivityEvidence.sha256)
            & (Upload.account_id == ActivityEvidence.account_id),
        )
        .join(Photo, Photo.sha256 == ActivityEvidence.sha256)
        .where(
            ActivityEvidence.sha256.in_(sha256s),
            Upload.settled_at.is_not(None),
            Photo.state == "verified",
        )
        .distinct()
    )
    area = within(actor.area)
    return set(session.scalars(statement if area is None else statement.where(area)))


def marked(session: Session, sha256s: Iterable[str]) -> list[str]:
    """Those whose time runs, since nothing named them when the collector looked."""
    wanted = list(sha256s)
    if not wanted:
        return []
    return list(
        session.scalars(
            select(Photo.sha256).where(Photo.sha256.in_(wanted), Photo.unnamed_since.is_not(None))
        )
    )


def page_of_photos(session: Session, after: str, limit: int) -> list[tuple[str, bool]]:
    """Names of the photos that follow `after`, and whether they are marked; in their order."""
    rows = session.execute(
        select(Photo.sha256, Photo.unnamed_since.is_not(None))
        .where(Photo.sha256 > after, Photo.state != "gone")
        .order_by(Photo.sha256)
        .limit(limit)
    )
    return [(sha256, is_marked) for sha256, is_marked in rows]


def due(session: Session, marked_by: datetime, limit: int) -> dict[str, int]:
    """Photos marked by then, the oldest mark first: name to the size of the original that is here,
    in bytes (none of what was refused)."""
    rows = session.execute(
        select(Photo.sha256, Photo.size, Photo.state)
        .where(Photo.unnamed_since <= marked_by, Photo.state != "gone")
        .order_by(Photo.unnamed_since, Photo.sha256)
        .limit(limit)
    )
    return {sha256: size if state == "verified" else 0 for sha256, size, state in rows}


def lock_due(session: Session, marked_by: datetime, sha256s: Iterable[str]) -> list[str]:
    """Those of `sha256s` that still are due, their rows locked to the end of the transaction."""
    return list(
        session.scalars(
            select(Photo.sha256)
            .where(Photo.sha256.in_(sha256s), Photo.unnamed_since <= marked_by)
            .where(Photo.state != "gone")
            .order_by(Photo.sha256)
            .with_for_update()
        )
    )


def gone(session: Session) -> list[str]:
    """Photos whose bytes are to be deleted."""
    return list(
        session.scalars(
            select(Photo.sha256).where(Photo.unnamed_since.is_not(None), Photo.state == "gone")
        )
    )


def lock_gone(session: Session, sha256s: Iterable[str]) -> list[str]:
    """Those of `sha256s` that are gone and that nobody sends anew, their rows locked."""
    locked = session.scalars(
        select(Photo.sha256)
        .where(Photo.sha256.in_(sha256s), Photo.state == "gone")
        .order_by(Photo.sha256)
        .with_for_update()
    ).all()
    # a statement of its own: it sees who opened an upload while we waited for the locks
    sent = set(session.scalars(select(Upload.sha256).where(Upload.sha256.in_(locked))))
    return [sha256 for sha256 in locked if sha256 not in sent]
