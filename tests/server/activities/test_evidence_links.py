"""The way from a photo to the activities that name it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from server.activities.evidence_links import activities_naming, link_evidence, namers
from tests.factories.accounts import make_account
from tests.factories.activities import make_activity, photo


def test_a_photo_finds_the_activities_of_who_put_it_there(session: Session, now: datetime) -> None:
    author, other = make_account(session, now), make_account(session, now, name="Vàng A Sính")
    one, two = (make_activity(session, now, author) for _ in range(2))
    make_activity(session, now, other)
    sha256 = photo("a")["sha256"]
    assert activities_naming(session, author.id, sha256) == sorted([one, two])
    assert namers(session, [one]) == {(one, sha256): author.id}


def test_links_follow_what_the_activity_names(session: Session, now: datetime) -> None:
    author, other = make_account(session, now), make_account(session, now, name="Vàng A Sính")
    activity = make_activity(session, now, author, photos=("a", "b"))
    kept, new = photo("b")["sha256"], photo("c")["sha256"]
    link_evidence(session, activity, other.id, [kept, new])
    assert namers(session, [activity]) == {
        (activity, kept): author.id, (activity, new): other.id,
    }  # fmt: skip
