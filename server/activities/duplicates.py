"""Reports that may tell of one event: found when a report is submitted, by index look-ups only.

Two reports are never merged: a person decides which one counts (`reviews.duplicates`). Alike are
reports of one commune, kind and day whose times come near each other, and reports that name the
same photo. Two that are submitted in the same moment do not see each other; deciding on either
of them looks again. Not here: deciding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, bindparam, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.activities.models import Activity, ActivityCount, ActivityEvent, ActivityEvidence
from server.activities.rows import Held, counts_of
from server.activities.waiting_models import PossibleDuplicate
from server.activities.wire import EVIDENCE
from server.change_feed import operations as change_feed
from server.database.among import among
from server.database.ids import new_id
from server.http.actor import Actor

#: Minutes between two starts that one person could call the same and another could not.
NEAR_MIN = 30
#: A report that was taken back or refused, or was never sent, counts nothing anyway.
COUNTED = ("submitted", "returned", "approved")

_activities: Table = Activity.__table__  # type: ignore[assignment]
_counts: Table = ActivityCount.__table__  # type: ignore[assignment]
_events: Table = ActivityEvent.__table__  # type: ignore[assignment]
_links: Table = ActivityEvidence.__table__  # type: ignore[assignment]
pairs: Table = PossibleDuplicate.__table__  # type: ignore[assignment]

_KNOWN = (_activities.c.id, _activities.c.kind, _activities.c.commune_id,
          _activities.c.province_code, _activities.c.event_date, _activities.c.fields,
          _activities.c.sets, _activities.c.received_at, _activities.c.status)  # fmt: skip
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


def note(session: Session, actor: Actor, now: datetime, helds: Iterable[Held]) -> None:
    """Look for duplicates of what a batch submitted, after it was written. The others are shown
    again to their phones, unless somebody is writing them this moment: nobody is waited for."""
    helds = list(helds)
    release(session, actor, now, [held.columns["id"] for held in helds if _is_taken_back(held)])
    fresh = [held.columns for held in helds if _becomes_submitted(held)]
    others = find(session, fresh, now)
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


def release(session: Session, actor: Actor, now: datetime, activity_ids: Sequence[str]) -> None:
    """These activities count no more: what counted nothing because of them counts again."""
    if not activity_ids:
        return
    connection = session.connection()
    mine = connection.execute(_PRIMARY_OF, {"ids": list(activity_ids)}).all()
    others = sorted({each.first_id if each.primary_id == each.second_id else each.second_id
                     for each in mine})  # fmt: skip
    rows = connection.execute(
        select(_activities)
        .where(_activities.c.id.in_(others), _activities.c.duplicate_of.in_(activity_ids))
        .order_by(_activities.c.id)
        .with_for_update()
    )
    for row in rows.all():
        set_primary(session, actor, now, row, None)


def find(session: Session, submitted: Sequence[Mapping[str, Any]], now: datetime) -> list[str]:
    """Note the pairs of `submitted` (columns of activities, as written) with others; returns the
    ids of those others. Two statements, and a third if there is anything to note."""
    if not submitted:
        return []
    connection = session.connection()
    others: dict[str, Mapping[str, Any]] = {each["id"]: each for each in submitted}
    dated = [each for each in submitted if _minutes(each["fields"].get("start_time")) is not None]
    if communes := {each["commune_id"] for each in dated if each["commune_id"]}:
        days = {each["event_date"] for each in dated if each["event_date"]}
        rows = connection.execute(_SAME_DAY, {"communes": communes, "days": sorted(days)})
        others.update((row.id, dict(row._mapping)) for row in rows if row.id not in others)
    if sha256s := {sha256 for each in submitted for sha256 in each["sets"].get(EVIDENCE, ())}:
        rows = connection.execute(_SAME_PHOTO, {"sha256s": sha256s})
        others.update((row.id, dict(row._mapping)) for row in rows if row.id not in others)
    found = dict(_pairs(submitted, others.values(), now))
    if found:
        statement = _insertion(connection.dialect.name)
        connection.execute(statement, list(found.values()))
    own = {each["id"] for each in submitted}
    return sorted({id for pair in found for id in pair} - own)


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
            why = {"near": is_near(each, other), "photo": _shares_photo(each, other)}
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


def is_near(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether both tell of the same commune, kind and day, and of times that come together."""
    alike = ("commune_id", "kind", "event_date")
    if one["commune_id"] is None or any(one[name] != other[name] for name in alike):
        return False
    (start, end), (other_start, other_end) = _span(one["fields"]), _span(other["fields"])
    if start is None or other_start is None:
        return False
    overlap = start < (other_end or other_start) and other_start < (end or start)
    return overlap or abs(start - other_start) <= NEAR_MIN


def _span(fields: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Minutes of the day from and to, as far as they are known."""
    start, end = _minutes(fields.get("start_time")), _minutes(fields.get("end_time"))
    lasts = fields.get("duration_min")
    if start is not None and end is None and isinstance(lasts, int):
        end = start + lasts
    return start, end


def _minutes(text: object) -> int | None:
    hours, colon, minutes = str(text).partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal()):
        return None
    return int(hours) * 60 + int(minutes)


def _shares_photo(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    photos: Mapping[str, Any] = one["sets"].get(EVIDENCE, {})
    return not photos.keys().isdisjoint(other["sets"].get(EVIDENCE, {}))


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
