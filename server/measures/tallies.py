"""Grouped sums over `activity_count`: the only statements from which figures are made.

Not here: what a figure means (`definitions`), who may see it (`extent`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Integer, Subquery, Table, case, cast, func, literal, select
from sqlalchemy.orm import Session

from server.activities.models import ActivityCount
from server.measures.definitions import APPROVED, DONE, SENT, Figure
from server.plans.periods import Period, Week

_counts: Table = ActivityCount.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class GroupTally:
    """Sums of one code in one province under one group key."""

    code: str
    province_code: str | None
    group_key: str | None
    figure: Figure


def sums_by_code(
    session: Session, condition: ColumnElement[bool], period: Period, codes: Collection[str]
) -> dict[str, Figure]:
    """The sum of amounts of each of `codes` that has any.

    The codes are named so that the index by place, code and day can be used.
    """
    rows = session.connection().execute(
        select(_counts.c.code, *_three_sums())
        .where(condition, _within(period), _counts.c.code.in_(sorted(codes)))
        .group_by(_counts.c.code)
    )
    return {row.code: _figure(row) for row in rows}


def sums_by_group(
    session: Session, condition: ColumnElement[bool], period: Period, codes: Collection[str]
) -> list[GroupTally]:
    """Sums by code, province and group key, for codes whose groups matter."""
    if not codes:
        return []
    rows = session.connection().execute(
        select(_counts.c.code, _counts.c.province_code, _counts.c.group_key, *_three_sums())
        .where(condition, _within(period), _counts.c.code.in_(sorted(codes)))
        .group_by(_counts.c.code, _counts.c.province_code, _counts.c.group_key)
    )
    return [
        GroupTally(row.code, row.province_code, row.group_key, _figure(row)) for row in rows
    ]  # fmt: skip


def cells_reaching(
    session: Session, condition: ColumnElement[bool], code: str, weeks: list[Week],
    place: Literal["commune", "province"], minimum: float,
) -> Figure:  # fmt: skip
    """How many pairs of place and week have at least `minimum` of `code`."""
    if not weeks:
        return Figure()
    cells = _week_cells(session, condition, code, weeks, place)
    row = session.connection().execute(
        select(*(func.sum(case((cells.c[name] >= minimum, 1), else_=0)).label(name)
                 for name in Figure._fields))
    ).one()  # fmt: skip
    return _figure(row)


def week_figures(
    session: Session, condition: ColumnElement[bool], code: str, weeks: list[Week]
) -> dict[tuple[str, int], Figure]:
    """The figure of each commune (lineage id) and week (index in `weeks`) that has any."""
    if not weeks:
        return {}
    cells = _week_cells(session, condition, code, weeks, "commune")
    rows = session.connection().execute(select(cells))
    return {(row.place, row.week): _figure(row) for row in rows}


def _week_cells(
    session: Session, condition: ColumnElement[bool], code: str, weeks: list[Week],
    place: Literal["commune", "province"],
) -> Subquery:  # fmt: skip
    column = _counts.c.commune_id if place == "commune" else _counts.c.province_code
    week = _week_index(session, weeks[0].monday).label("week")
    whole = Period("", weeks[0].monday, weeks[-1].sunday)
    return (
        select(column.label("place"), week, *_three_sums())
        .where(condition, _within(whole), _counts.c.code == code, column.is_not(None))
        .group_by(column, week)
        .subquery("cell")
    )


def _week_index(session: Session, monday: date) -> ColumnElement[int]:
    """How many weeks the event lies after the one that begins on `monday`."""
    if session.get_bind().dialect.name == "postgresql":
        days: ColumnElement[int] = cast(_counts.c.event_date - literal(monday), Integer)
    else:
        begin = func.julianday(monday.isoformat())
        days = cast(func.julianday(_counts.c.event_date) - begin, Integer)
    return days // 7


def _within(period: Period) -> ColumnElement[bool]:
    return _counts.c.event_date.between(period.first, period.last)


def _three_sums() -> Iterable[ColumnElement[Any]]:
    for name, statuses in zip(Figure._fields, (DONE, SENT, APPROVED), strict=True):
        counted = case((_counts.c.status.in_(sorted(statuses)), _counts.c.amount), else_=0)
        yield func.sum(counted).label(name)


def _figure(row: Any) -> Figure:
    # PostgreSQL sums BIGINT as NUMERIC
    return Figure(int(row.done or 0), int(row.sent or 0), int(row.approved or 0))
