"""What a list of runs shows beside each: figures of the days asked for, and scans week by week.

For all runs of a page at once, by as many statements for a hundred as for one. Not here: figures
by other things than runs, and a single run's course by days (`statistics`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from server.activities import queries as activities
from server.database.among import among
from server.http.actor import Area
from server.leaflets.models import PrintRun
from server.scans import readership, statistics
from server.scans.classify import COUNTED
from server.scans.models import ScanCount
from server.scans.statistics import Tally, Wanted

#: Of a run that goes on for years the last one is shown.
WEEKS_MAX = 53
_WEEK = timedelta(days=7)

_runs: Table = PrintRun.__table__  # type: ignore[assignment]
_counts: Table = ScanCount.__table__  # type: ignore[assignment]


def of_runs(
    session: Session, area: Area, codes: Sequence[str], first: date, last: date, today: date
) -> dict[str, Any]:
    """`{"from", "to", "items"}`: the runs of `codes` that lie in `area`, in that order.

    Each with its figures from `first` to `last`, and `weeks`: `{"from": a Monday, "scans": [one
    number a week, to that of today]}`, which always tells of the run's whole time.
    """
    runs = {row.code: row for row in _runs_of(session, area, codes)}
    by_id = {row.id: row for row in runs.values()}
    tallies = {row.id: Tally(row.code, "", row.copies) for row in runs.values()}
    wanted = Wanted(area, first, last)
    for id, reason, amount in statistics.scan_counts(session, wanted, by_id, by_day=False):
        tallies[id].reasons[reason] += amount
    for id, low in readership.lowest(session, by_id, first, last, by_day=False).items():
        tallies[id].low += low
    for id, amount in statistics.handed_out(session, wanted, by_id.values(), by_day=False):
        tallies[id].handed_out += amount
    weeks = _weeks(session, by_id, today)
    return {
        "from": first.isoformat(), "to": last.isoformat(),
        "items": [tallies[runs[code].id].to_wire() | {"weeks": weeks[runs[code].id]}
                  for code in codes if code in runs],
    }  # fmt: skip


def _runs_of(session: Session, area: Area, codes: Sequence[str]) -> Sequence[Any]:
    statement = select(_runs.c.id, _runs.c.code, _runs.c.copies, _runs.c.period_from).where(
        among(_runs.c.code, "codes")
    )
    if (here := activities.within(area, _runs.c)) is not None:
        statement = statement.where(here)
    return session.connection().execute(statement, {"codes": sorted(set(codes))}).all()


def _weeks(session: Session, runs: Mapping[str, Any], today: date) -> dict[str, dict[str, Any]]:
    """By run; from its first week, or `WEEKS_MAX` back."""
    this_week = _monday(today)
    earliest = this_week - _WEEK * (WEEKS_MAX - 1)
    begins = {id: min(this_week, _monday(run.period_from)) for id, run in runs.items()}
    scans: Counter[tuple[str, date]] = Counter()
    for row in _days(session, sorted(runs), earliest, today):
        week = _monday(row.day)
        scans[row.run_id, week] += int(row.amount)
        begins[row.run_id] = min(begins[row.run_id], week)  # who got a leaflet early reads early
    begins = {id: max(earliest, begin) for id, begin in begins.items()}
    return {
        id: {"from": begin.isoformat(),
             "scans": [scans[id, week] for week in _weeks_between(begin, this_week)]}
        for id, begin in begins.items()
    }  # fmt: skip


def _days(session: Session, run_ids: Sequence[str], first: date, last: date) -> Sequence[Any]:
    """Scans of each run on each day that had any."""
    statement = (
        select(_counts.c.run_id, _counts.c.day, func.sum(_counts.c.amount).label("amount"))
        .where(among(_counts.c.run_id, "runs"), _counts.c.reason.in_(sorted(COUNTED)),
               _counts.c.day.between(first, last))
        .group_by(_counts.c.run_id, _counts.c.day)
    )  # fmt: skip
    return session.connection().execute(statement, {"runs": run_ids}).all()


def _weeks_between(first: date, last: date) -> list[date]:
    return [first + _WEEK * n for n in range((last - first).days // 7 + 1)]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
