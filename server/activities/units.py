"""The units in which activities lie: names for a reader, areas to narrow a list by.

Not here: units themselves, their versions and search (`places`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from server import clock
from server.accounts import areas
from server.activities import queries
from server.http.actor import Area
from server.places import queries as places


def area_of_unit(session: Session, unit_id: str | None) -> Area | None:
    """What lies in the unit; None when none was asked for. An unknown unit holds nothing."""
    if unit_id is None:
        return None
    try:
        return areas.area_of(session, [unit_id], clock.today_in_vietnam(clock.now()))
    except KeyError:
        return Area()


def with_names(session: Session, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """Wire rows with the names of unit and province as they were on the event's day."""
    found = places.units(session, {row.unit_id for row in rows})
    above = places.units(session, {one.parent_id for one in found.values() if one.parent_id})
    items = queries.wire_rows(session, rows)
    for item in items:
        unit = found.get(item["unit"])
        province = None
        if unit is not None:
            parent = above.get(unit.parent_id) if unit.parent_id else None
            province = unit if unit.level == "province" else parent
        item["unit_name"] = None if unit is None else unit.full_name
        item["province_name"] = None if province is None else province.full_name
    return items
