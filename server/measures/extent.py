"""The part of the country that a figure is asked for, and whether the actor may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Table, false, true
from sqlalchemy.orm import Session

from server import problems
from server.accounts.policy import ensure
from server.activities.models import ActivityCount
from server.http.actor import Actor
from server.places import queries as places
from server.places.models import NATION_ID, Unit
from server.problems import ProblemError

_counts: Table = ActivityCount.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Extent:
    """`unit` and what lies in it on a day. Communes are lineage ids; `condition` picks its rows.

    `province_codes` are the provinces that it holds whole: none for a commune or an office.
    """

    unit: Unit
    condition: ColumnElement[bool]
    commune_total: int
    province_codes: tuple[str, ...]


def find_extent(session: Session, actor: Actor, unit_id: str | None, day: date) -> Extent:
    """The extent of `unit_id` (default: the actor's own unit) with its communes on `day`.

    Raises not-found for what is no such unit, forbidden for what lies outside the actor's area.
    """
    unit = places.unit(session, unit_id or actor.unit_id)
    if unit is None or unit.level == "district":
        raise ProblemError(problems.NOT_FOUND)
    if unit.id == NATION_ID:
        return _nation(session, actor, unit, day)
    if unit.level == "province":
        ensure(actor, "activity.read", province_code=unit.code)
        total = places.commune_counts(session, day).get(unit.code, 0)
        return Extent(unit, _counts.c.province_code == unit.code, total, (unit.code,))
    if unit.level == "commune":
        lineage = places.lineage_id(session, unit.id)
        ensure(actor, "activity.read", province_code=unit.province_code, commune_id=lineage)
        return Extent(unit, _counts.c.commune_id == lineage, 1, ())
    return _office(session, actor, unit, day)


def _nation(session: Session, actor: Actor, unit: Unit, day: date) -> Extent:
    if not actor.area.nation:
        raise ProblemError(problems.FORBIDDEN, action="activity.read")
    totals = places.commune_counts(session, day)
    return Extent(unit, true(), sum(totals.values()), tuple(sorted(totals)))


def _office(session: Session, actor: Actor, unit: Unit, day: date) -> Extent:
    """An office sees the communes that it serves on `day`, and none where it serves none."""
    communes = places.communes_of_office(session, unit.id, day)
    area = actor.area
    is_inside = area.nation or unit.province_code in area.province_codes
    if not is_inside and not (communes and area.commune_ids.issuperset(communes)):
        raise ProblemError(problems.FORBIDDEN, action="activity.read")
    condition = _counts.c.commune_id.in_(communes) if communes else false()
    return Extent(unit, condition, len(communes), ())
