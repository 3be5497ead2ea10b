"""The only writers of leaflets and their versions: draft, published, withdrawn.

What is published is on paper somewhere, so it never changes: other words are the next version.
Everything joins the caller's transaction with a line in the audit log. Not here: print runs
(`runs`), what a version may say (`contents`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import clock, problems
from server.accounts import audit
from server.database.ids import new_id
from server.http.actor import Actor
from server.leaflets import contents as words
from server.leaflets import documents, policy, states
from server.leaflets.files import StoredFile
from server.leaflets.law import law_changes
from server.leaflets.models import Leaflet, LeafletVersion
from server.problems import ProblemError


def begin_leaflet(
    session: Session, actor: Actor, now: datetime, *, title_id: str, title: str,
    topics: Sequence[str], source: str, owner_province: str | None, id: str | None = None,
) -> Leaflet:  # fmt: skip
    """A new leaflet with an empty first draft. Raises `invalid`, `forbidden`."""
    policy.ensure_may_change(actor, owner_province)
    _check_options(title_id=[title_id], source=[source], topics=topics)
    leaflet = Leaflet(
        id=id or new_id(now), title_id=title_id, title=title, topics=list(topics), source=source,
        owner_province=owner_province, created_by=actor.account_id, created_at=now,
    )  # fmt: skip
    session.add(leaflet)
    session.flush()
    _add_draft(session, actor, now, leaflet, 1, {"vi": {"blocks": []}}, _latest_law(now))
    audit.append(session, actor.account_id, now, "leaflet.begin", leaflet.id)
    return leaflet


def begin_version(session: Session, actor: Actor, now: datetime, leaflet_id: str) -> LeafletVersion:
    """The next draft, with the words of the version before and without its files, which say the
    old words. Raises `leaflet-draft-exists`."""
    leaflet = _leaflet(session, actor, leaflet_id)
    last = session.scalars(
        select(LeafletVersion)
        .where(LeafletVersion.leaflet_id == leaflet_id)
        .order_by(LeafletVersion.number.desc())
        .limit(1)
        .with_for_update()
    ).one()
    if last.status == "draft":
        raise ProblemError(problems.LEAFLET_DRAFT_EXISTS, version=last.id)
    said = {language: {"blocks": last.contents[language]["blocks"]} for language in last.languages}
    made = _add_draft(session, actor, now, leaflet, last.number + 1, said, _latest_law(now))
    audit.append(session, actor.account_id, now, "leaflet.version", made.id)
    return made


def edit(
    session: Session, actor: Actor, now: datetime, version_id: str, *, law_date: date,
    languages: Sequence[str], contents: Mapping[str, Any],
) -> LeafletVersion:  # fmt: skip
    """Write a draft anew. Raises `invalid`, `leaflet-state`."""
    version = draft(session, actor, version_id)
    version.contents = words.normalise(languages, contents, version.contents)
    version.languages = list(languages)
    version.law_date = law_date
    return _changed(version, actor, now)


def attach_pdf(
    session: Session, actor: Actor, now: datetime, version_id: str, file: StoredFile
) -> LeafletVersion:
    """Let a draft have `file` as its printed form."""
    version = draft(session, actor, version_id)
    version.pdf_sha256, version.pdf_bytes = file.sha256, file.size
    return _changed(version, actor, now)


def detach_pdf(session: Session, actor: Actor, now: datetime, version_id: str) -> LeafletVersion:
    """Let a draft have no printed form. The file stays: another version may bear it."""
    version = draft(session, actor, version_id)
    version.pdf_sha256 = version.pdf_bytes = None
    return _changed(version, actor, now)


def attach_audio(
    session: Session, actor: Actor, now: datetime, version_id: str, language: str, file: StoredFile
) -> LeafletVersion:
    """Let a draft be heard in `language`, which it must have."""
    audio = {"sha256": file.sha256, "media_type": file.media_type, "bytes": file.size}
    if file.seconds is not None:
        audio["seconds"] = file.seconds
    return _heard(session, actor, now, version_id, language, {"audio": audio})


def detach_audio(
    session: Session, actor: Actor, now: datetime, version_id: str, language: str
) -> LeafletVersion:
    """Let a draft no longer be heard in `language`."""
    return _heard(session, actor, now, version_id, language, {})


def _heard(
    session: Session, actor: Actor, now: datetime, version_id: str, language: str,
    audio: Mapping[str, Any],
) -> LeafletVersion:  # fmt: skip
    version = draft(session, actor, version_id)
    if language not in version.contents:
        raise ProblemError(problems.NOT_FOUND)
    said = {"blocks": version.contents[language]["blocks"], **audio}
    version.contents = {**version.contents, language: said}
    return _changed(version, actor, now)


def publish(session: Session, actor: Actor, now: datetime, version_id: str) -> LeafletVersion:
    """Let readers see a draft. Raises `invalid` for what says nothing, `leaflet-state`."""
    version = _version(session, actor, version_id)
    _move(version, "publish")
    if lacking := words.lacking(version.contents, has_pdf=version.pdf_sha256 is not None):
        raise ProblemError(problems.INVALID, problems=lacking)
    version.status, version.published_at = "published", now
    audit.append(session, actor.account_id, now, "leaflet.publish", version.id)
    return _changed(version, actor, now)


def withdraw(session: Session, actor: Actor, now: datetime, version_id: str) -> LeafletVersion:
    """Take a version back: codes that show it lead to a kind page, phones are told."""
    version = _version(session, actor, version_id)
    _move(version, "withdraw")
    version.status, version.withdrawn_at = "withdrawn", now
    audit.append(session, actor.account_id, now, "leaflet.withdraw", version.id)
    _changed(version, actor, now)
    session.flush()
    documents.put_of_version(session, now, version.id)
    return version


def ensure_draft(session: Session, actor: Actor, version_id: str) -> None:
    """Raise what `edit` would, in a transaction that only reads."""
    version = session.get(LeafletVersion, version_id)
    policy.ensure_writes(actor)
    if version is None:
        raise ProblemError(problems.NOT_FOUND)
    _leaflet(session, actor, version.leaflet_id)
    _move(version, "edit")


def draft(session: Session, actor: Actor, version_id: str) -> LeafletVersion:
    """The version, if `actor` may write in it now. Raises `leaflet-state`, `not-found`."""
    version = _version(session, actor, version_id)
    _move(version, "edit")
    return version


def _leaflet(session: Session, actor: Actor, leaflet_id: str) -> Leaflet:
    policy.ensure_writes(actor)
    leaflet = session.get(Leaflet, leaflet_id)
    if leaflet is None or not policy.may_read(actor, leaflet, actor.area.province_codes):
        raise ProblemError(problems.NOT_FOUND)
    policy.ensure_may_change(actor, leaflet.owner_province)
    return leaflet


def _version(session: Session, actor: Actor, version_id: str) -> LeafletVersion:
    policy.ensure_writes(actor)
    version = session.get(LeafletVersion, version_id, with_for_update=True)
    if version is None:
        raise ProblemError(problems.NOT_FOUND)
    _leaflet(session, actor, version.leaflet_id)
    return version


def _move(version: LeafletVersion, move: states.VersionMove) -> None:
    status: Any = version.status
    if (status, move) not in states.VERSION_MOVES:
        raise ProblemError(problems.LEAFLET_STATE, status=version.status)


def _add_draft(
    session: Session, actor: Actor, now: datetime, leaflet: Leaflet, number: int,
    contents: dict[str, Any], law_date: date,
) -> LeafletVersion:  # fmt: skip
    version = LeafletVersion(
        id=new_id(now), leaflet_id=leaflet.id, number=number, law_date=law_date,
        languages=list(contents), contents=contents, status="draft",
        changed_by=actor.account_id, changed_at=now,
    )  # fmt: skip
    session.add(version)
    session.flush()
    return version


def _changed(version: LeafletVersion, actor: Actor, now: datetime) -> LeafletVersion:
    version.changed_by, version.changed_at = actor.account_id, now
    return version


def _latest_law(now: datetime) -> date:
    """What a new text is probably written by."""
    today = clock.today_in_vietnam(now)
    return max((change.date for change in law_changes() if change.date <= today), default=today)


def _check_options(**given: Sequence[str]) -> None:
    fields = {"title_id": "leaflet_title"}
    wrong = [
        {"field": name, "code": "unknown", "vi": f"Không có lựa chọn «{value[:40]}».",
         "en": "No such option."}
        for name, values in given.items()
        for value in values
        if value not in words.options(fields.get(name, name))
    ]  # fmt: skip
    if wrong:
        raise ProblemError(problems.INVALID, problems=wrong)


def only_draft(session: Session, leaflet_id: str) -> LeafletVersion:
    """The draft of a leaflet, which has one."""
    return session.scalars(
        select(LeafletVersion).where(
            LeafletVersion.leaflet_id == leaflet_id, LeafletVersion.status == "draft"
        )
    ).one()
