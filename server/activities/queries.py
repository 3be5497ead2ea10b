"""The only readers of activities for other rooms: one, many, a page of a list, a page of a feed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, bindparam, false, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from server.activities import evidence_links, wire
from server.activities.models import Activity, ActivityCount, ActivityEvent, Conflict
from server.activities.search import fold
from server.activities.waiting_models import PossibleDuplicate
from server.database.among import among
from server.http.actor import Area

activities: Table = Activity.__table__  # type: ignore[assignment]
_conflicts: Table = Conflict.__table__  # type: ignore[assignment]
_counts: Table = ActivityCount.__table__  # type: ignore[assignment]
_events: Table = ActivityEvent.__table__  # type: ignore[assignment]
_pairs: Table = PossibleDuplicate.__table__  # type: ignore[assignment]

# Made once, for nearly every sync runs them
_FEED_PAGE = (
    select(activities)
    .where(activities.c.scope == bindparam("name"), activities.c.seq > bindparam("cursor"))
    .order_by(activities.c.seq)
    .limit(bindparam("rows"))
)
_OPEN_CONFLICTS = (
    select(_conflicts)
    .where(among(_conflicts.c.activity_id, "ids"), _conflicts.c.resolved_at.is_(None))
    .order_by(_conflicts.c.opened_at, _conflicts.c.id)
)

_POSSIBLE_DUPLICATES = select(_pairs.c.first_id, _pairs.c.second_id).where(
    or_(among(_pairs.c.first_id, "ids"), among(_pairs.c.second_id, "ids")),
    _pairs.c.decided_at.is_(None),
)

#: In: pairs of the account that put a photo there and its sha256. Out, for those that the server
#: knows: what the wire shows, {"verified": bool, …}.
EvidenceStates = Callable[
    [Session, Iterable[tuple[str, str]]], Mapping[tuple[str, str], Mapping[str, Any]]
]
_evidence_states: list[EvidenceStates] = []


def register_evidence_states(read: EvidenceStates) -> None:
    """Let the room of evidence, which lies above, tell what it holds of each photo."""
    _evidence_states[:] = [read]


def get(session: Session, activity_id: str, *, lock: bool = False) -> Row[Any] | None:
    """The row of `activity`, locked to the end of the transaction if asked."""
    statement = select(activities).where(activities.c.id == activity_id)
    if lock:
        statement = statement.with_for_update()
    return session.connection().execute(statement).one_or_none()


def open_conflicts(session: Session, activity_ids: Iterable[str]) -> dict[str, list[Row[Any]]]:
    """Conflicts that wait for a decision, by activity, oldest first."""
    found: dict[str, list[Row[Any]]] = {}
    wanted = list(activity_ids)
    if wanted:
        rows = session.connection().execute(_OPEN_CONFLICTS, {"ids": wanted})
        for row in rows:
            found.setdefault(row.activity_id, []).append(row)
    return found


def possible_duplicates(session: Session, activity_ids: Sequence[str]) -> dict[str, list[str]]:
    """Activities that may tell of the same event, by activity, while nobody has decided."""
    found: dict[str, list[str]] = {}
    pairs: Iterable[Row[Any]] = ()
    if activity_ids:
        pairs = session.connection().execute(_POSSIBLE_DUPLICATES, {"ids": list(activity_ids)})
    for first, second in sorted({(pair.first_id, pair.second_id) for pair in pairs}):
        found.setdefault(first, []).append(second)
        found.setdefault(second, []).append(first)
    return found


def wire_rows(session: Session, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """Rows of `activity` in the shape of the feed, with conflicts and states of evidence."""
    conflicts = open_conflicts(session, [row.id for row in rows])
    states = _states(session, rows)
    duplicates = possible_duplicates(session, [row.id for row in rows])
    return [
        wire.activity(
            row,
            [wire.conflict(each, row) for each in conflicts.get(row.id, ())],
            states.get(row.id, {}),
            duplicates.get(row.id, ()),
        )
        for row in rows
    ]


def feed_page(session: Session, scope: str, cursor: int, limit: int) -> Sequence[Row[Any]]:
    """Activities of `scope` beyond `cursor`, by seq."""
    return (
        session.connection()
        .execute(_FEED_PAGE, {"name": scope, "cursor": cursor, "rows": limit})
        .all()
    )


def events(session: Session, activity_id: str) -> list[dict[str, Any]]:
    """The history of an activity, oldest first."""
    rows = session.connection().execute(
        select(_events).where(_events.c.activity_id == activity_id).order_by(_events.c.id)
    )
    return [
        {
            "at": wire.moment(row.at),
            "account": {"id": row.account_id, "name": row.account_name},
            "what": row.what,
            "version": row.version,
            "detail": row.detail,
        }
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list shows; None means all. `area` is the reader's, `unit_area` the one asked for."""

    area: Area
    unit_area: Area | None = None
    status: str | None = None
    kind: str | None = None
    day_from: date | None = None
    day_to: date | None = None
    text: str | None = None
    #: A row of the annex or a target's metric: what counts towards that figure.
    counts_for: str | None = None


def list_page(
    session: Session, wanted: Filter, after: tuple[datetime, str] | None, limit: int
) -> Sequence[Row[Any]]:
    """A page by `(changed_at, id)`: newest first, but submitted ones oldest first.

    Who waits longest for a decision comes first. `after` is the key of the last row seen.
    """
    statement = select(activities).where(*_conditions(wanted))
    key = (activities.c.changed_at, activities.c.id)
    if wanted.status == "submitted":
        statement = statement.order_by(*key)
        if after is not None:
            statement = statement.where(tuple_(*key) > tuple_(*_bound(after)))
    else:
        statement = statement.order_by(*(column.desc() for column in key))
        if after is not None:
            statement = statement.where(tuple_(*key) < tuple_(*_bound(after)))
    return session.connection().execute(statement.limit(limit)).all()


def within(area: Area, columns: Any = activities.c) -> ColumnElement[bool] | None:
    """The condition that an activity, or a row of `columns` with its place, lies in `area`; None
    when every one does."""
    if area.nation:
        return None
    parts: list[ColumnElement[bool]] = []
    if area.province_codes:
        parts.append(columns.province_code.in_(sorted(area.province_codes)))
    if area.commune_ids:
        parts.append(columns.commune_id.in_(sorted(area.commune_ids)))
    return or_(*parts) if parts else false()


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    columns = activities.c
    found = [within(wanted.area)]
    if wanted.unit_area is not None:
        found.append(within(wanted.unit_area))
    if wanted.status is not None:
        found.append(columns.status == wanted.status)
    if wanted.counts_for is not None:
        counted = select(_counts.c.activity_id).where(_counts.c.code == wanted.counts_for)
        found.append(columns.id.in_(counted))
    if wanted.kind is not None:
        found.append(columns.kind == wanted.kind)
    if wanted.day_from is not None:
        found.append(columns.event_date >= wanted.day_from)
    if wanted.day_to is not None:
        found.append(columns.event_date <= wanted.day_to)
    for word in fold(wanted.text or "").split():
        found.append(columns.search_text.contains(word, autoescape=True))
    return [condition for condition in found if condition is not None]


def _bound(after: tuple[datetime, str]) -> tuple[Any, Any]:
    return (
        literal(after[0], activities.c.changed_at.type),
        literal(after[1], activities.c.id.type),
    )


def _states(session: Session, rows: Sequence[Row[Any]]) -> dict[str, dict[str, Mapping[str, Any]]]:
    """What the server holds of the rows' photos: activity -> sha256 -> state."""
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    with_photos = [row.id for row in rows if row.sets.get(wire.EVIDENCE)]
    if not with_photos or not _evidence_states:
        return found
    putters = evidence_links.namers(session, with_photos)
    states = _evidence_states[0](
        session, {(account_id, sha256) for (_, sha256), account_id in putters.items()}
    )
    for (activity_id, sha256), account_id in putters.items():
        if state := states.get((account_id, sha256)):
            found.setdefault(activity_id, {})[sha256] = state
    return found
