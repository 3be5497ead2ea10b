"""A leaflet from its first draft to being taken back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.models import AuditEntry
from server.http.actor import Actor, Role
from server.leaflets import operations
from server.leaflets.files import StoredFile
from server.leaflets.models import Leaflet, LeafletVersion
from server.problems import ProblemError
from tests.factories.accounts import PROVINCE, make_account
from tests.factories.activities import actor_of
from tests.factories.leaflets import CONTENTS, make_version

LAW = date(2026, 7, 1)


@pytest.fixture
def planner(session: Session, now: datetime) -> Actor:
    return actor_of(session, make_account(session, now, "planner", PROVINCE), now)


def begin(session: Session, actor: Actor, now: datetime, **other: Any) -> LeafletVersion:
    asked: dict[str, Any] = {"title_id": "voluntary_si", "title": "BHXH tự nguyện", "topics": [],
                             "source": "self_made", "owner_province": "01"}  # fmt: skip
    leaflet = operations.begin_leaflet(session, actor, now, **(asked | other))
    return session.scalars(
        select(LeafletVersion).where(LeafletVersion.leaflet_id == leaflet.id)
    ).one()


def slug_of(error: pytest.ExceptionInfo[ProblemError]) -> str:
    return error.value.problem.slug


def test_from_draft_to_withdrawal(session: Session, now: datetime, planner: Actor) -> None:
    draft = begin(session, planner, now)
    assert (draft.number, draft.status, draft.law_date) == (1, "draft", LAW)
    with pytest.raises(ProblemError) as raised:
        operations.publish(session, planner, now, draft.id)
    assert slug_of(raised) == "invalid", "it says nothing yet"
    operations.edit(
        session, planner, now, draft.id, law_date=LAW, languages=["vi"], contents=CONTENTS
    )
    assert operations.publish(session, planner, now, draft.id).published_at == now
    assert operations.withdraw(session, planner, now, draft.id).status == "withdrawn"
    session.commit()
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)).all()
    assert actions[-3:] == ["leaflet.begin", "leaflet.publish", "leaflet.withdraw"]


def test_what_is_published_never_changes(session: Session, now: datetime, planner: Actor) -> None:
    version = make_version(session, now, owner_province="01")
    file = StoredFile("a" * 64, "application/pdf", 9)
    with pytest.raises(ProblemError) as raised:
        operations.edit(session, planner, now, version.id, law_date=LAW, languages=["vi"],
                        contents=CONTENTS)  # fmt: skip
    assert slug_of(raised) == "leaflet-state"
    with pytest.raises(ProblemError) as raised:
        operations.attach_pdf(session, planner, now, version.id, file)
    assert slug_of(raised) == "leaflet-state"
    with pytest.raises(ProblemError) as raised:
        operations.publish(session, planner, now, version.id)
    assert slug_of(raised) == "leaflet-state"


def test_the_next_version_has_the_words_and_not_the_files(
    session: Session, now: datetime, planner: Actor
) -> None:
    draft = begin(session, planner, now)
    operations.edit(
        session, planner, now, draft.id, law_date=LAW, languages=["vi"], contents=CONTENTS
    )
    operations.attach_pdf(
        session, planner, now, draft.id, StoredFile("a" * 64, "application/pdf", 9)
    )
    operations.attach_audio(
        session, planner, now, draft.id, "vi", StoredFile("b" * 64, "audio/mpeg", 9)
    )
    with pytest.raises(ProblemError) as raised:
        operations.begin_version(session, planner, now, draft.leaflet_id)
    assert slug_of(raised) == "leaflet-draft-exists"
    operations.publish(session, planner, now, draft.id)
    made = operations.begin_version(session, planner, now, draft.leaflet_id)
    assert (made.number, made.status, made.pdf_sha256) == (2, "draft", None)
    assert made.contents == CONTENTS
    assert draft.contents["vi"]["audio"]["sha256"] == "b" * 64


def test_options_that_no_hand_out_has_are_refused(
    session: Session, now: datetime, planner: Actor
) -> None:
    with pytest.raises(ProblemError) as raised:
        begin(session, planner, now, source="found", topics=["weather"])
    assert [one["field"] for one in raised.value.extras["problems"]] == ["source", "topics"]


@pytest.mark.parametrize(
    ("role", "unit", "slug"),
    [
        ("office_reviewer", "c-00004-2025", "forbidden"),
        ("auditor", "vn", "forbidden"),
        ("planner", "p-79-2025", "not-found"),
        ("planner", "vn", None),
        ("provincial_reviewer", PROVINCE, None),
    ],
)
def test_who_makes_leaflets(
    session: Session, now: datetime, role: Role, unit: str, slug: str | None
) -> None:
    version = make_version(session, now, owner_province="01", status="draft")
    actor = actor_of(session, make_account(session, now, role, unit), now)
    if slug is None:
        assert operations.publish(session, actor, now, version.id).status == "published"
        return
    with pytest.raises(ProblemError) as raised:
        operations.publish(session, actor, now, version.id)
    assert slug_of(raised) == slug


def test_the_nations_leaflets_are_the_nations(
    session: Session, now: datetime, planner: Actor
) -> None:
    version = make_version(session, now, status="draft")
    assert session.get_one(Leaflet, version.leaflet_id).owner_province is None
    with pytest.raises(ProblemError) as raised:
        operations.publish(session, planner, now, version.id)
    assert slug_of(raised) == "forbidden"
