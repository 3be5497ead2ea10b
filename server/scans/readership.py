"""At least how many readers a run had on a day: counted from rows, and kept for days that are over.

A year of a country is some million rows, too many to count for each look at the figures, and rows
go one day while figures stay. Not here: what a reader is (`readers`), and at most how many (the
count of first openings, `scan_count`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, case, delete, distinct, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.database.among import among
from server.scans.models import Scan, ScanReaders

_scans: Table = Scan.__table__  # type: ignore[assignment]
_kept: Table = ScanReaders.__table__  # type: ignore[assignment]

#: Yesterday's last scans may still be on their way when today begins.
OPEN_DAYS = 1


def sum_up(session: Session, today: date) -> None:
    """Keep the numbers of all days that are over and not kept yet."""
    over = _scans.c.day < today - timedelta(days=OPEN_DAYS)
    last = _last_kept(session)
    _keep(session, over if last is None else over & (_scans.c.day > last))


def recount(session: Session, run_id: str, day: date) -> None:
    """Count a run's day anew, if it is kept already: its rows were judged anew."""
    last = _last_kept(session)
    if last is not None and day <= last:
        session.execute(delete(_kept).where(_kept.c.run_id == run_id, _kept.c.day == day))
        _keep(session, (_scans.c.run_id == run_id) & (_scans.c.day == day))


def lowest(
    session: Session, run_ids: Iterable[str], first: date, last: date, *, by_day: bool
) -> dict[Any, int]:
    """At least so many readers of these runs, by day (a date) or by run (its id)."""
    runs = {"runs": sorted(run_ids)}
    found: Counter[Any] = Counter()
    kept_to = _last_kept(session) or date.min
    key = _kept.c.day if by_day else _kept.c.run_id
    kept = session.connection().execute(
        select(key.label("key"), func.sum(_kept.c.low).label("low"))
        .where(among(_kept.c.run_id, "runs"), _kept.c.day.between(first, last))
        .group_by(key),
        runs,
    )
    found.update({row.key: int(row.low) for row in kept})
    if last > kept_to:
        begin = max(first, kept_to + timedelta(days=1))
        here = among(_scans.c.run_id, "runs") & _scans.c.day.between(begin, last)
        for row in session.connection().execute(_count(here), runs):
            found[row.day if by_day else row.run_id] += int(row.low)
    return found


def _last_kept(session: Session) -> date | None:
    found: date | None = session.execute(select(func.max(_kept.c.day))).scalar_one()
    return found


def _keep(session: Session, condition: ColumnElement[bool]) -> None:
    postgres = session.get_bind().dialect.name == "postgresql"
    statement = (postgresql if postgres else sqlite).insert(_kept)
    counted = _count(condition)
    # of two workers at once the first one's stays; they counted the same
    session.execute(
        statement.from_select(["run_id", "day", "low"], counted).on_conflict_do_nothing()
    )


def _count(condition: ColumnElement[bool]) -> Select[Any]:
    """Of each phone, or its likes behind one address, the larger of its apps' and browsers' keys.

    `readers.readers_between` says why.
    """

    def keys(in_app: bool) -> ColumnElement[int]:
        is_first = (_scans.c.reason == "person") & _scans.c.in_app.is_(in_app)
        return func.count(distinct(case((is_first, _scans.c.reader))))

    groups = (
        select(_scans.c.run_id, _scans.c.day, keys(True).label("apps"),
               keys(False).label("browsers"))
        .where(condition)
        .group_by(_scans.c.run_id, _scans.c.day, _scans.c.reader_group)
        .subquery("groups")
    )  # fmt: skip
    larger = case((groups.c.apps > groups.c.browsers, groups.c.apps), else_=groups.c.browsers)
    return select(groups.c.run_id, groups.c.day, func.sum(larger).label("low")).group_by(
        groups.c.run_id, groups.c.day
    )
