"""Reports that may tell of one event: found when a report is submitted, by index look-ups only.

Two reports are never merged: a person decides which one counts (`reviews.duplicates`). Of two that
are submitted in the same moment in one commune the later one sees the earlier one, for its look
comes after the commune's counter, which both must hold to their commit. Of two communes that share
a photo neither may see the other: `look_again` finds them when a photo arrives, and at the latest
when one is decided on. Not here: deciding, and what is alike (`likeness`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, bindparam, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.activities import likeness
from server.activities.models import Activity, ActivityCount, ActivityEvent, ActivityEvidence
from server.activities.rows import Held, counts_of
from server.activities.waiting_models import PossibleDuplicate
from server.activities.wire import EVIDENCE
from server.change_feed import operations as change_feed
from server.database.among import among
from server.database.ids import new_id
from server.http.actor import Actor

#: A report that was taken back or refused, or was never sent, counts nothing anyway.
COUNTED = ("submitted", "returned", "approved")

_activities: Table = Activity.__table__  # type: ignore[assignment]
_counts: Table = ActivityCount.__table__  # type: ignore[assignment]
_events: Table = ActivityEvent.__table__  # type: ignore[assignment]
_links: Table = ActivityEvidence.__table__  # type: ignore[assignment]
pairs: Table = PossibleDuplicate.__table__  # type: ignore[assignment]

_KNOWN = (_activities.c.id, _activities.c.kind, _activities.c.commune_id,
          _activities.c.province_code, _activities.c.event_date, _activities.c.fields,
          _activities.c.sets, _activities.c.received_at, _activities.c.status,
          _activities.c.author_id)  # fmt: skip
_SAME_DAY = select(*_KNOWN).where(
    among(_activities.c.commune_id, "communes"),
    _activities.c.event_date.in_(bindparam("days", expanding=True)),
    _activities.c.status.in_(COUNTED),
)
_SAME_PHOTO = (
    select(*_KNOWN)
    .join(_links, _links.c.activity_id == _activities.c.id)
    .where(among(_links.c.sha256, "sha256s"), _activities.c.status.in_(COUNTED))
)
_PRIMARY_OF = select(pairs.c.first_id, pairs.c.second_id, pairs.c.primary_id).where(
    or_(among(pairs.c.first_id, "ids"), among(pairs.c.second_id, "ids")),
    among(pairs.c.primary_id, "ids"),
)
#: Those that count in an activity's stead, by the latest decision first.
_STANDING = (
    select(pairs.c.primary_id)
    .join(_activities, _activities.c.id == pairs.c.primary_id)
    .where(
        or_(pairs.c.first_id == bindparam("id"), pairs.c.second_id == bindparam("id")),
        pairs.c.primary_id != bindparam("id"),
        _activities.c.status.in_(COUNTED),
    )
    .order_by(pairs.c.decided_at.desc(), pairs.c.id.desc())
)
_DECIDED_FOR = select(pairs.c.first_id, pairs.c.second_id).where(
    pairs.c.primary_id == bindparam("id"),
    or_(pairs.c.first_id == bindparam("id"), pairs.c.second_id == bindparam("id")),
)
_KNOWN_PAIRS = select(pairs.c.first_id, pairs.c.second_id).where(
    or_(among(pairs.c.first_id, "ids"), among(pairs.c.second_id, "ids"))
)


def note(session: Session, actor: Actor, now: datetime, helds: Iterable[Held]) -> set[str]:
    """Look for duplicates of what a batch submitted, after it was written. The others are shown
    again to their phones, unless somebody is writing them this moment: nobody is waited for.

    Returns the ids of those beside which, or in whose stead, another one stands since.
    """
    helds = list(helds)
    back = [held.columns["id"] for held in helds if _is_taken_back(held)]
    released = release(session, actor, now, back)
    fresh = [held.columns for held in helds if _becomes_submitted(held)]
    found = find(session, fresh, now)
    own = {each["id"] for each in fresh}
    _show_again(session, sorted(found - own))
    return (found & own) | released


def look_again(session: Session, now: datetime, row: Row[Any]) -> None:
    """Look once more for what tells of the same as `row` (locked), which may have come in the same
    moment. What was noted before stays as it is."""
    if row.status not in COUNTED:
        return
    found = find(session, [dict(row._mapping)], now)
    _show_again(session, sorted(found - {row.id}))


def _show_again(session: Session, others: Sequence[str]) -> None:
    if not others:
        return
    statement = select(_activities).where(_activities.c.id.in_(others))
    rows = session.connection().execute(
        statement.order_by(_activities.c.id).with_for_update(skip_locked=True)
    )
    for row in rows.all():
        session.connection().execute(
            update(_activities).where(_activities.c.id == row.id).values(seq=change_feed.UNSTAMPED)
        )
        change_feed.mark(session, _activities, row.scope, row.id, row.version, row.version)


def _becomes_submitted(held: Held) -> bool:
    was = None if held.row is None else held.row.status
    return held.moved and held.columns["status"] == "submitted" and was != "submitted"


def _is_taken_back(held: Held) -> bool:
    was = None if held.row is None else held.row.status
    return held.moved and held.columns["status"] == "withdrawn" and was in COUNTED


def release(session: Session, actor: Actor, now: datetime, activity_ids: Sequence[str]) -> set[str]:
    """These activities count no more: what counted nothing because of them counts again, or by
    another decision. Should one of them stand again, somebody is asked anew. Returns the others."""
    if not activity_ids:
        return set()
    connection = session.connection()
    mine = connection.execute(_PRIMARY_OF, {"ids": list(activity_ids)}).all()
    if not mine:
        return set()
    connection.execute(
        update(pairs)
        .where(pairs.c.primary_id.in_(activity_ids))
        .values(decided_at=None, decided_by=None, primary_id=None)
    )
    others = sorted({each.first_id if each.primary_id == each.second_id else each.second_id
                     for each in mine})  # fmt: skip
    rows = connection.execute(
        select(_activities)
        .where(_activities.c.id.in_(others))
        .order_by(_activities.c.id)
        .with_for_update()
    )
    adopted: set[str] = set()
    for row in rows.all():
        stays = row.duplicate_of not in activity_ids
        primary_id = row.duplicate_of if stays else primary_for(session, row.id)
        set_primary(session, actor, now, row, primary_id)
        if primary_id is None and not stays:
            adopted |= adopt(session, actor, now, row.id)
    return {*others, *adopted}


def adopt(session: Session, actor: Actor, now: datetime, activity_id: str) -> set[str]:
    """The activity counts again: so do the decisions for it that a ring of others had set aside.
    Returns what counts nothing for its sake from now on."""
    asked = session.connection().execute(_DECIDED_FOR, {"id": activity_id}).all()
    ids = {id for pair in asked for id in pair} - {activity_id}
    counts = [_activities.c.duplicate_of.is_(None), _activities.c.status.in_(COUNTED)]
    mine = select(_activities.c.id).where(_activities.c.id == activity_id, *counts)
    if not ids or session.connection().execute(mine).first() is None:
        return set()
    rows = session.connection().execute(
        select(_activities)
        .where(_activities.c.id.in_(ids), *counts)
        .order_by(_activities.c.id)
        .with_for_update()
    ).all()  # fmt: skip
    for row in rows:
        set_primary(session, actor, now, row, activity_id)
    return {row.id for row in rows}


def primary_for(session: Session, activity_id: str) -> str | None:
    """What counts in the activity's stead by the decisions that stand; None if it does itself."""
    found = session.connection().execute(_STANDING, {"id": activity_id}).scalars().all()
    return next((each for each in found if not leads_to(session, each, activity_id)), None)


def leads_to(session: Session, start_id: str | None, activity_id: str) -> bool:
    """Whether `activity_id` is what counts for `start_id`, or on the way there."""
    met: set[str] = set()
    while start_id is not None and start_id not in met:
        if start_id == activity_id:
            return True
        met.add(start_id)
        following = select(_activities.c.duplicate_of).where(_activities.c.id == start_id)
        start_id = session.connection().execute(following).scalar()
    return False


def find(session: Session, submitted: Sequence[Mapping[str, Any]], now: datetime) -> set[str]:
    """Note the pairs of `submitted` (columns of activities, as written) with others; returns the
    ids of both sides of those that are new. Two statements, and two more if there is a pair."""
    if not submitted:
        return set()
    connection = session.connection()
    others: dict[str, Mapping[str, Any]] = {each["id"]: each for each in submitted}
    dated = [each for each in submitted if likeness.has_time(each["fields"])]
    if communes := {each["commune_id"] for each in dated if each["commune_id"]}:
        days = {each["event_date"] for each in dated if each["event_date"]}
        rows = connection.execute(_SAME_DAY, {"communes": communes, "days": sorted(days)})
        others.update((row.id, dict(row._mapping)) for row in rows if row.id not in others)
    if sha256s := {sha256 for each in submitted for sha256 in each["sets"].get(EVIDENCE, ())}:
        rows = connection.execute(_SAME_PHOTO, {"sha256s": sha256s})
        others.update((row.id, dict(row._mapping)) for row in rows if row.id not in others)
    found = dict(_pairs(submitted, others.values(), now))
    if found:
        known = connection.execute(_KNOWN_PAIRS, {"ids": [each["id"] for each in submitted]})
        for pair in known.all():
            found.pop((pair.first_id, pair.second_id), None)
    if found:
        statement = _insertion(connection.dialect.name)
        connection.execute(statement, list(found.values()))
    return {id for pair in found for id in pair}


def _insertion(dialect_name: str) -> Any:
    upsert = postgresql if dialect_name == "postgresql" else sqlite
    return upsert.insert(pairs).on_conflict_do_nothing(index_elements=["first_id", "second_id"])


def _pairs(
    submitted: Sequence[Mapping[str, Any]], others: Iterable[Mapping[str, Any]], now: datetime
) -> Iterable[tuple[tuple[str, str], dict[str, Any]]]:
    for other in others:
        for each in submitted:
            if each["id"] == other["id"]:
                continue
            why = {
                "near": likeness.is_same_time(each, other),
                "photo": likeness.is_same_photo(each, other),
            }
            if not any(why.values()):
                continue
            first, second = sorted((each, other), key=lambda one: (one["received_at"], one["id"]))
            yield (
                (first["id"], second["id"]),
                {
                    "id": new_id(now),
                    "first_id": first["id"],
                    "second_id": second["id"],
                    "why": why,
                    "commune_id": each["commune_id"],
                    "province_code": each["province_code"],
                    "found_at": now,
                },
            )


def set_primary(
    session: Session, actor: Actor, now: datetime, row: Row[Any], primary_id: str | None
) -> None:
    """Let the activity `row` (locked) count, or another one in its stead; phones see it again."""
    connection = session.connection()
    columns = {**row._mapping, "duplicate_of": primary_id}
    connection.execute(
        update(_activities)
        .where(_activities.c.id == row.id)
        .values(duplicate_of=primary_id, seq=change_feed.UNSTAMPED)
    )
    connection.execute(delete(_counts).where(_counts.c.activity_id == row.id))
    if counted := counts_of(columns):
        connection.execute(insert(_counts), counted)
    connection.execute(
        insert(_events).values(
            activity_id=row.id,
            at=now,
            account_id=actor.account_id,
            account_name=actor.name,
            what="duplicate",
            version=row.version,
            detail={"duplicate_of": primary_id},
        )
    )
    change_feed.mark(session, _activities, row.scope, row.id, row.version, row.version)
