"""Where the activities of a unit lie today: named by any version, of any reform, for ever.

A unit of before July 2025 leads through its successions to one lineage or several; a later version
to its own lineage; a lineage that was merged away or divided, once that was carried out, to those
that took its place. Not here: recording such an act (`changes`), and moving rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Table, select, tuple_
from sqlalchemy.orm import Session

from server.change_feed import moves
from server.places import queries
from server.places.models import Unit, UnitSuccession

_successions: Table = UnitSuccession.__table__  # type: ignore[assignment]

#: Reforms in a row that are followed; a circle in the data ends here.
_STEPS_MAX = 20
_FEED_LEVELS = ("commune", "province")


@dataclass(frozen=True, slots=True)
class Lineage:
    """A lineage that is alive: its id, and the latest version of its unit."""

    id: str
    last: Unit

    @property
    def scope(self) -> str:
        return scope_of(self.id)

    @property
    def province_code(self) -> str | None:
        return self.last.province_code


def scope_of(lineage_id: str) -> str:
    """The feed in which a lineage's activities lie."""
    return f"{'province' if lineage_id.startswith('p-') else 'commune'}:{lineage_id}"


def live(session: Session, unit_ids: Iterable[str]) -> dict[str, tuple[Lineage, ...]]:
    """The lineages that take the activities of each unit, by their ids, ascending.

    One as a rule, several where the unit was divided, none for what has no feed (districts) or is
    no unit.
    """
    found: dict[str, dict[str, Lineage]] = {each: {} for each in unit_ids}
    ahead = {each: {each} for each in found}  # unit asked for -> units still to be followed
    for _ in range(_STEPS_MAX):
        wanted = sorted(set().union(*ahead.values())) if ahead else []
        if not wanted:
            break
        ended, alive = _step(session, wanted)
        for asked, here in list(ahead.items()):
            for each in here:
                if each in alive:
                    found[asked][alive[each].id] = alive[each]
            ahead[asked] = set().union(*(ended.get(each, ()) for each in here))
            if not ahead[asked]:
                del ahead[asked]
    return {asked: tuple(of[id] for id in sorted(of)) for asked, of in found.items()}


def version_on(session: Session, unit_id: str, day: date, lineage_id: str) -> str:
    """The version that an event on `day` belongs to, for a unit named by `unit_id`.

    The unit itself or another version of its lineage, if one held on that day; else what it had
    become by then. Where it was divided meanwhile, the version of `lineage_id`, which is where the
    activity lies. Before its lineage began, the first version: what was there before is not known.
    """
    for _ in range(_STEPS_MAX):
        versions = _versions(session, unit_id)
        holding = next((each for each in versions if _holds(each, day)), None)
        if holding is not None:
            return holding.id
        last = versions[-1].valid_to
        if last is None or day <= last:
            return versions[0].id
        after = {
            link.unit.id
            for link in queries.successors(session, versions[-1].id)
            if link.date <= day
        }  # fmt: skip
        if not after:
            return versions[-1].id
        unit_id = after.pop() if len(after) == 1 else lineage_id
    return lineage_id


def ids_of(session: Session, units: Sequence[Unit]) -> dict[str, str]:
    """Version id -> lineage id; a version of before the reform is its own."""
    since = [unit for unit in units if unit.valid_from is not None]
    first = {key: versions[0].id for key, versions in _since_reform(session, since).items()}
    return {unit.id: first.get((unit.level, unit.code), unit.id) for unit in since} | {
        unit.id: unit.id for unit in units if unit.valid_from is None
    }


def _step(
    session: Session, unit_ids: Sequence[str]
) -> tuple[dict[str, set[str]], dict[str, Lineage]]:
    """What each unit led to when it ended, and the lineage of those that go on."""
    units = [
        unit for unit in queries.units(session, unit_ids).values() if unit.level in _FEED_LEVELS
    ]
    since = [unit for unit in units if unit.valid_from is not None]
    versions = _since_reform(session, since)
    scopes = {scope_of(found[0].id) for found in versions.values()}
    redirected = moves.redirects(session, scopes) if scopes else {}
    alive: dict[str, Lineage] = {}
    ended: dict[str, str] = {unit.id: unit.id for unit in units if unit.valid_from is None}
    for unit in since:
        own = versions[unit.level, unit.code]
        if scope_of(own[0].id) in redirected:
            ended[unit.id] = own[-1].id
        else:
            alive[unit.id] = Lineage(own[0].id, own[-1])
    after = _successors(session, set(ended.values()))
    return {unit_id: after.get(last, set()) for unit_id, last in ended.items()}, alive


def _successors(session: Session, unit_ids: set[str]) -> dict[str, set[str]]:
    if not unit_ids:
        return {}
    found: dict[str, set[str]] = {}
    rows = session.connection().execute(
        select(_successions.c.from_id, _successions.c.to_id)
        .where(_successions.c.from_id.in_(sorted(unit_ids)))
    )  # fmt: skip
    for row in rows:
        found.setdefault(row.from_id, set()).add(row.to_id)
    return found


def _since_reform(
    session: Session, units: Sequence[Unit]
) -> Mapping[tuple[str, str], Sequence[Unit]]:
    """(level, code) -> all its versions since the reform, oldest first."""
    keys = sorted({(unit.level, unit.code) for unit in units})
    if not keys:
        return {}
    columns = queries.select_units().selected_columns
    statement = queries.select_units().where(
        tuple_(columns.level, columns.code).in_(keys), columns.valid_from >= queries.REFORM
    )
    found: dict[tuple[str, str], list[Unit]] = {}
    for unit in queries.read_units(session, statement.order_by(columns.valid_from)):
        found.setdefault((unit.level, unit.code), []).append(unit)
    return found


def _versions(session: Session, unit_id: str) -> Sequence[Unit]:
    """The unit's lineage, oldest first; an old unit stands alone, for its code passed on."""
    unit = queries.unit(session, unit_id)
    assert unit is not None, unit_id
    if unit.valid_from is None:
        return [unit]
    found = queries.versions(session, unit.level, unit.code)
    return [each for each in found if each.valid_from is not None]


def _holds(unit: Unit, day: date) -> bool:
    return (unit.valid_from is None or unit.valid_from <= day) and (
        unit.valid_to is None or day <= unit.valid_to
    )
