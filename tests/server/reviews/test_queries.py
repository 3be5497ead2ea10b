"""The queue: who waits longest first, in the reader's area, page by page."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.accounts.areas import area_of
from server.clock import today_in_vietnam
from server.reviews import queries
from tests.factories.accounts import make_account
from tests.factories.activities import actor_of, make_activity
from tests.factories.reviews import make_reviewer


def test_the_queue_holds_what_waits_in_my_area(session: Session, now: datetime) -> None:
    author, reviewer = make_account(session, now), make_reviewer(session, now)
    waiting = [make_activity(session, now + timedelta(minutes=n), author) for n in range(3)]
    make_activity(session, now, author, submitted=False)
    actor = actor_of(session, reviewer, now)
    page = queries.queue(session, actor)
    assert [row.id for row in page.rows] == waiting
    assert page.counts == {"loudspeaker_broadcast": 3}


def test_the_queue_goes_on_where_a_page_ended(session: Session, now: datetime) -> None:
    author, reviewer = make_account(session, now), make_reviewer(session, now)
    waiting = [make_activity(session, now, author) for _ in range(5)]
    actor = actor_of(session, reviewer, now)
    found: list[str] = []
    after = None
    while rows := queries.queue(session, actor, after=after, limit=2).rows:
        found += [row.id for row in rows]
        after = (rows[-1].changed_at, rows[-1].id)
    assert found == sorted(waiting)


def test_the_queue_is_narrowed_by_kind_and_unit(session: Session, now: datetime) -> None:
    author, reviewer = make_account(session, now), make_reviewer(session, now)
    one = make_activity(session, now, author)
    other = make_activity(session, now, author, kind="roadshow_booth")
    actor = actor_of(session, reviewer, now)
    page = queries.queue(session, actor, kind="roadshow_booth")
    assert [row.id for row in page.rows] == [other]
    assert page.counts == {"loudspeaker_broadcast": 1, "roadshow_booth": 1}
    today = today_in_vietnam(now)
    here = area_of(session, ["c-00004-2025"], today)
    there = area_of(session, ["c-00008-2025"], today)
    assert {r.id for r in queries.queue(session, actor, unit_area=here).rows} == {one, other}
    assert queries.queue(session, actor, unit_area=there).rows == []


def test_another_province_has_another_queue(session: Session, now: datetime) -> None:
    make_activity(session, now, make_account(session, now))
    other = make_reviewer(session, now, unit_id="p-79-2025")
    page = queries.queue(session, actor_of(session, other, now))
    assert (page.rows, page.counts) == ([], {})
