"""The only readers of places for other rooms: a unit, its versions, its lineage, what lies in it.

A lineage is all versions of a unit since the reform of 1 July 2025, named by the first; scopes
and areas use it, because a commune that becomes a ward goes on. Not here: the text search
(`search`, offered below under its name), figures by place (`measures`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from server.places.models import (
    Level,
    Office,
    OfficeArea,
    Succession,
    Unit,
    UnitSuccession,
    UnitVersion,
)

#: The first day of the country of two tiers, with which every lineage begins.
REFORM = date(2025, 7, 1)

_units: Table = UnitVersion.__table__  # type: ignore[assignment]
_successions: Table = UnitSuccession.__table__  # type: ignore[assignment]
_offices: Table = Office.__table__  # type: ignore[assignment]
_areas: Table = OfficeArea.__table__  # type: ignore[assignment]

_UNIT_COLUMNS = tuple(column for column in _units.c if column.name != "search_name")


def unit(session: Session, unit_id: str) -> Unit | None:
    """The version `unit_id`, or the office of that id; None when there is neither."""
    if unit_id.startswith("o-"):
        return _office(session, unit_id)
    return next(iter(read_units(session, _UNIT, {"unit": unit_id})), None)


def units(session: Session, unit_ids: Iterable[str]) -> dict[str, Unit]:
    """The versions among `unit_ids` that exist, by id. At most some thousands."""
    wanted = sorted(set(unit_ids))
    found = read_units(session, select_units().where(_units.c.id.in_(wanted))) if wanted else []
    return {each.id: each for each in found}


def version_on(session: Session, level: Level, code: str, day: date) -> Unit | None:
    """The version of `code` in force on `day`."""
    asked = {"unit_level": level, "unit_code": code, "day": day}
    return next(iter(read_units(session, _VERSION_ON, asked)), None)


def versions(session: Session, level: Level, code: str) -> list[Unit]:
    """All that ever bore `code`, oldest first. A code may pass from one unit to another."""
    statement = select_units().where(_units.c.level == level, _units.c.code == code)
    return sorted(read_units(session, statement), key=lambda each: each.valid_from or date.min)


def lineage_id(session: Session, unit_id: str) -> str:
    """The first version since the reform of the unit that `unit_id` is a version of.

    An older version, an office or the nation is its own lineage. Raises KeyError if unknown.
    """
    found = unit(session, unit_id)
    if found is None:
        raise KeyError(unit_id)
    if found.valid_from is None or found.level == "office":
        return unit_id
    first = session.connection().execute(
        select(_units.c.id)
        .where(_units.c.level == found.level, _units.c.code == found.code,
               _units.c.valid_from >= REFORM)
        .order_by(_units.c.valid_from)
        .limit(1)
    ).scalar_one()  # fmt: skip
    return str(first)


def ancestors(session: Session, unit_id: str, day: date | None = None) -> list[Unit]:
    """What `unit_id` lies in, nearest first, up to the province.

    On `day`, or on the version's own first day where none is given.
    """
    found: list[Unit] = []
    here = unit(session, unit_id)
    while here is not None and here.parent_id is not None:
        above = unit(session, here.parent_id)
        assert above is not None, f"{here.id} has no parent"
        if day is not None:
            above = version_on(session, above.level, above.code, day) or above
        found.append(above)
        here = above
    return found


def province_code(session: Session, unit_id: str) -> str | None:
    """The code of the province that a unit is or lies in; None for the nation and the unknown."""
    found = unit(session, unit_id)
    return None if found is None else found.province_code


def communes_of_province(session: Session, province_code: str, day: date) -> list[Unit]:
    """The communes of a province on `day`, by code."""
    statement = (
        select_units()
        .where(_units.c.level == "commune", _units.c.province_code == province_code, in_force(day))
        .order_by(_units.c.code)
    )
    return read_units(session, statement)


def units_of_level(session: Session, level: Level, day: date) -> list[Unit]:
    """All units of a level on `day`, by code."""
    statement = select_units().where(_units.c.level == level, in_force(day))
    return read_units(session, statement.order_by(_units.c.code))


def commune_counts(session: Session, day: date) -> dict[str, int]:
    """How many communes each province (by code) had on `day`."""
    rows = session.connection().execute(
        select(_units.c.province_code, func.count())
        .where(_units.c.level == "commune", in_force(day))
        .group_by(_units.c.province_code)
    )
    return {row[0]: row[1] for row in rows}


def successors(session: Session, unit_id: str) -> list[Succession]:
    """What the version became: one unit, or several when it was divided."""
    return _succession(session, _successions.c.from_id, unit_id, _successions.c.to_id)


def predecessors(session: Session, unit_id: str) -> list[Succession]:
    """What the version was made from."""
    return _succession(session, _successions.c.to_id, unit_id, _successions.c.from_id)


def communes_of_office(session: Session, office_id: str, day: date) -> list[str]:
    """The lineage ids of the communes that an office serves on `day`, ascending."""
    rows = session.connection().execute(
        select(_areas.c.commune_id)
        .where(_areas.c.office_id == office_id, _areas.c.valid_from <= day,
               or_(_areas.c.valid_to.is_(None), _areas.c.valid_to >= day))
        .order_by(_areas.c.commune_id)
    )  # fmt: skip
    return list(rows.scalars())


def office_of_commune(session: Session, commune_id: str, day: date) -> Unit | None:
    """The office that serves a commune (lineage id) on `day`."""
    row = session.connection().execute(
        select(_areas.c.office_id)
        .where(_areas.c.commune_id == commune_id, _areas.c.valid_from <= day,
               or_(_areas.c.valid_to.is_(None), _areas.c.valid_to >= day))
        .order_by(_areas.c.valid_from.desc())
    ).first()  # fmt: skip
    return None if row is None else _office(session, row.office_id)


def offices_of_communes(session: Session, province_code: str, day: date) -> dict[str, str]:
    """Which office (id) serves each commune (lineage id) of a province on `day`."""
    rows = session.connection().execute(
        select(_areas.c.commune_id, _areas.c.office_id)
        .join(_offices, _offices.c.id == _areas.c.office_id)
        .where(_offices.c.province_code == province_code, _areas.c.valid_from <= day,
               or_(_areas.c.valid_to.is_(None), _areas.c.valid_to >= day))
    )  # fmt: skip
    return {row[0]: row[1] for row in rows}


def select_units() -> Select[Any]:
    """A statement over all versions, whose rows make a `Unit`."""
    return select(*_UNIT_COLUMNS)


def in_force(day: date | BindParameter[date]) -> ColumnElement[bool]:
    """Whether a row of versions holds on `day`."""
    return and_(
        or_(_units.c.valid_from.is_(None), _units.c.valid_from <= day),
        or_(_units.c.valid_to.is_(None), _units.c.valid_to >= day),
    )


def read_units(
    session: Session, statement: Select[Any], values: Mapping[str, Any] | None = None
) -> list[Unit]:
    """The units of a statement made from `select_units`."""
    return [Unit(*row) for row in session.connection().execute(statement, values or {})]


# Made once, for every push asks where it lies
_UNIT = select_units().where(_units.c.id == bindparam("unit"))
_VERSION_ON = select_units().where(
    _units.c.level == bindparam("unit_level"),
    _units.c.code == bindparam("unit_code"),
    in_force(bindparam("day", type_=Date)),
)


def _office(session: Session, office_id: str) -> Unit | None:
    row = session.connection().execute(
        select(_offices).where(_offices.c.id == office_id)
    ).one_or_none()  # fmt: skip
    return None if row is None else _as_unit(session, row)


def _as_unit(session: Session, row: Row[Any]) -> Unit:
    province = version_on(session, "province", row.province_code, row.valid_from)
    return Unit(
        id=row.id, level="office", code=row.id.removeprefix("o-"), name=row.name,
        type="cơ quan BHXH", full_name=row.name, parent_id=province.id if province else None,
        province_code=row.province_code, valid_from=row.valid_from, valid_to=row.valid_to,
    )  # fmt: skip


def _succession(
    session: Session, here: ColumnElement[str], unit_id: str, there: ColumnElement[str]
) -> list[Succession]:
    rows = session.connection().execute(
        select(_successions).where(here == unit_id).order_by(_successions.c.date, there)
    ).all()  # fmt: skip
    name = cast(Any, there).name
    others = units(session, [row._mapping[name] for row in rows])
    return [
        Succession(others[row._mapping[name]], row.date, row.kind, row.partial, row.basis)
        for row in rows
    ]
