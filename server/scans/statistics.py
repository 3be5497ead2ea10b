"""Scans beside copies: by leaflet, run, commune or day, and a run's course over its days.

Tables of three rooms say how many copies a run has (`leaflets`), how many were handed out (counts
of activities by the run's code), how often its page was opened and why not counted (`scan_count`),
and by about how many (`readership`). Not here: what counts (`classify`), files (`sheets`), figures
of a page's runs (`run_figures`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, Table, func, literal_column, or_, select
from sqlalchemy.orm import Session

from server import clock
from server.activities import queries as activities
from server.activities.models import ActivityCount
from server.database.among import among
from server.http.actor import Area
from server.leaflets.models import Leaflet, LeafletVersion, PrintRun
from server.measures.definitions import DONE
from server.places import queries as places
from server.scans import readership
from server.scans.classify import COUNTED
from server.scans.models import ScanCount
from server.scans.readers import ReaderRange

By = Literal["leaflet", "run", "commune", "day"]
#: What a hand-out counts for; its group is the run's code. Written out, not a parameter: only so is
#: the index over hand-outs alone found.
HANDED_OUT: ColumnElement[str] = literal_column("'leaflet_run'")
#: A run's course is shown by days up to this many, then by weeks.
DAYS_MAX = 62

_counts: Table = ScanCount.__table__  # type: ignore[assignment]
_hand_outs: Table = ActivityCount.__table__  # type: ignore[assignment]
_runs: Table = PrintRun.__table__  # type: ignore[assignment]
_versions: Table = LeafletVersion.__table__  # type: ignore[assignment]
_leaflets: Table = Leaflet.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. `area` is the reader's own, `unit_area` the one asked for."""

    area: Area
    first: date
    last: date
    unit_area: Area | None = None
    leaflet_id: str | None = None
    run_id: str | None = None


@dataclass(slots=True)
class Tally:
    """One line's figures. `copies` of whole runs, the rest within the days asked for."""

    key: str
    name: str
    copies: int = 0
    handed_out: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    low: int = 0

    @property
    def scans(self) -> int:
        """Openings by people."""
        return sum(self.reasons[reason] for reason in COUNTED)

    @property
    def readers(self) -> ReaderRange:
        """Of each run by itself: who reads two leaflets is two readers."""
        first_openings = self.reasons["person"]
        return ReaderRange(min(self.low, first_openings), first_openings)

    def to_wire(self) -> dict[str, Any]:
        """The contract's shape."""
        return {
            "key": self.key,
            "name": self.name,
            "copies": self.copies,
            "handed_out": self.handed_out,
            "scans": self.scans,
            "readers": list(self.readers),
            "not_counted": {
                reason: amount for reason, amount in sorted(self.reasons.items())
                if amount and reason not in COUNTED
            },
        }  # fmt: skip


def figures(session: Session, by: By, wanted: Wanted) -> dict[str, Any]:
    """`{"by", "from", "to", "items", "total"}`; items by name, days in their order."""
    runs = {row.id: row for row in session.connection().execute(_select_runs(wanted))}
    named = _namers(session, runs.values())[by]
    by_day = by == "day"
    total = Tally("total", "")
    lines: dict[str, Tally] = {}

    def line(of: Any) -> Tally:
        """The line of a day, or of a run's id."""
        key, name = (of.isoformat(), f"{of:%d/%m/%Y}") if by_day else named(runs[of])
        return lines.setdefault(key, Tally(key, name))

    for run in runs.values():
        total.copies += run.copies
        if not by_day:
            line(run.id).copies += run.copies
    for of, reason, amount in scan_counts(session, wanted, runs, by_day=by_day):
        for tally in (line(of), total):
            tally.reasons[reason] += amount
    lows = readership.lowest(session, runs, wanted.first, wanted.last, by_day=by_day)
    for of, low in lows.items():
        for tally in (line(of), total):
            tally.low += low
    for of, amount in handed_out(session, wanted, runs.values(), by_day=by_day):
        for tally in (line(of), total):
            tally.handed_out += amount
    items = sorted(lines.values(), key=lambda one: one.key if by_day else (one.name, one.key))
    return {
        "by": by, "from": wanted.first.isoformat(), "to": wanted.last.isoformat(),
        "items": [one.to_wire() for one in items], "total": total.to_wire(),
    }  # fmt: skip


def course(session: Session, run: Row[Any], today: date) -> dict[str, Any]:
    """A run's days, or weeks where there are many, from its first day to its last or today.

    What came before or after its period is shown as well.
    """
    printed = clock.today_in_vietnam(run.created_at)
    wanted = Wanted(Area(nation=True), min(run.period_from, printed), today, run_id=run.id)
    scans: Counter[date] = Counter()
    given: Counter[date] = Counter()
    for day, reason, amount in scan_counts(session, wanted, {run.id: run}, by_day=True):
        scans[day] += amount if reason in COUNTED else 0
    for day, amount in handed_out(session, wanted, [run], by_day=True):
        given[day] += amount
    busy = [day for day, amount in (scans + given).items() if amount]
    first = min([run.period_from, *busy])
    last = max([run.period_from, min(run.period_to, today), *busy])
    return {
        "run": run.id,
        "copies": run.copies,
        "items": [
            {"from": begin.isoformat(), "to": end.isoformat(),
             "handed_out": _sum(given, begin, end), "scans": _sum(scans, begin, end)}
            for begin, end in _spans(first, last)
        ],
    }  # fmt: skip


def run_by_id(session: Session, run_id: str) -> Row[Any] | None:
    """The run with its place, for `course` and for who may see it."""
    return session.connection().execute(select(_runs).where(_runs.c.id == run_id)).one_or_none()


def _select_runs(wanted: Wanted) -> Select[Any]:
    statement = select(
        _runs.c.id, _runs.c.code, _runs.c.copies, _runs.c.commune_id, _runs.c.province_code,
        _runs.c.unit_id, _runs.c.place_detail, _leaflets.c.id.label("leaflet_id"),
        _leaflets.c.title,
    ).join(_versions, _versions.c.id == _runs.c.version_id).join(
        _leaflets, _leaflets.c.id == _versions.c.leaflet_id
    )  # fmt: skip
    for area in (wanted.area, wanted.unit_area):
        if area is not None and (here := activities.within(area, _runs.c)) is not None:
            statement = statement.where(here)
    if wanted.leaflet_id is not None:
        statement = statement.where(_leaflets.c.id == wanted.leaflet_id)
    if wanted.run_id is not None:
        statement = statement.where(_runs.c.id == wanted.run_id)
    return statement.where(or_(_runs.c.period_from <= wanted.last, _is_early(wanted)))


def _is_early(wanted: Wanted) -> ColumnElement[bool]:
    """Of a run whose period is to come, that somebody has its paper already."""
    read = select(_counts.c.run_id).where(
        _counts.c.run_id == _runs.c.id, _counts.c.day.between(wanted.first, wanted.last)
    )
    given = select(_hand_outs.c.id).where(
        _hand_outs.c.code == HANDED_OUT, _hand_outs.c.group_key == _runs.c.code,
        _hand_outs.c.event_date.between(wanted.first, wanted.last),
    )  # fmt: skip
    return or_(read.exists(), given.exists())


def _namers(
    session: Session, runs: Iterable[Row[Any]]
) -> Mapping[By, Callable[[Row[Any]], tuple[str, str]]]:
    """By each way of grouping, the key and the name of a run's line."""
    units = places.units(session, {row.unit_id for row in runs})

    def unit_name(row: Row[Any]) -> str:
        return units[row.unit_id].full_name if row.unit_id in units else row.unit_id

    return {
        "leaflet": lambda row: (row.leaflet_id, row.title),
        "run": lambda row: (
            row.code, " · ".join(filter(None, (row.title, unit_name(row), row.place_detail)))
        ),
        "commune": lambda row: (row.commune_id or row.unit_id, unit_name(row)),
        "day": lambda row: ("", ""),
    }  # fmt: skip


def scan_counts(
    session: Session, wanted: Wanted, runs: Mapping[str, Any], *, by_day: bool
) -> Iterable[tuple[Any, str, int]]:
    """`(day or run's id, reason, how many)` of `runs`, by id, in the days of `wanted`."""
    key = _counts.c.day if by_day else _counts.c.run_id
    rows = session.connection().execute(
        select(key.label("of"), _counts.c.reason, func.sum(_counts.c.amount).label("amount"))
        .where(among(_counts.c.run_id, "runs"), _counts.c.day.between(wanted.first, wanted.last))
        .group_by(key, _counts.c.reason),
        {"runs": sorted(runs)},
    )
    return [(row.of, row.reason, int(row.amount)) for row in rows]


def handed_out(
    session: Session, wanted: Wanted, runs: Iterable[Row[Any]], *, by_day: bool
) -> Iterable[tuple[Any, int]]:
    """`(day or run's id, copies)` of `runs` in the days of `wanted`."""
    by_code = {row.code: row.id for row in runs}
    day = _hand_outs.c.event_date
    key = day if by_day else _hand_outs.c.group_key
    rows = session.connection().execute(
        select(key.label("of"), func.sum(_hand_outs.c.amount).label("amount"))
        .where(_hand_outs.c.code == HANDED_OUT, among(_hand_outs.c.group_key, "codes"),
               day.between(wanted.first, wanted.last), _hand_outs.c.status.in_(sorted(DONE)))
        .group_by(key),
        {"codes": sorted(by_code)},
    )  # fmt: skip
    return [(row.of if by_day else by_code[row.of], int(row.amount)) for row in rows]


def _spans(first: date, last: date) -> Sequence[tuple[date, date]]:
    """Days, or weeks from Monday."""
    many = (last - first).days + 1
    if many <= DAYS_MAX:
        return [(day, day) for day in (first + timedelta(days=n) for n in range(many))]
    monday = first - timedelta(days=first.weekday())
    weeks = range(0, (last - monday).days + 1, 7)
    return [(monday + timedelta(days=n), monday + timedelta(days=n + 6)) for n in weeks]


def _sum(days: Counter[date], begin: date, end: date) -> int:
    return sum(amount for day, amount in days.items() if begin <= day <= end)
