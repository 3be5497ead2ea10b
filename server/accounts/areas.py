"""Which part of the country an account may see, and which feeds its phone follows.

An area follows from the account's units on a day, since communes move between offices. Not
here: what a role may do inside the area (`policy`).
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from server.http.actor import Area

NATION_UNIT = "vn"


@dataclass(frozen=True, slots=True)
class UnitNames:
    """A unit as people call it; `province` is the name of the one it lies in, if in one."""

    id: str
    name: str
    full_name: str
    province: str | None


def area_of(session: Session, unit_ids: Iterable[str], day: date) -> Area:
    """The area of an account with these units on `day`. An unknown unit adds nothing."""
    nation = False
    province_codes: set[str] = set()
    commune_ids: set[str] = set()
    for unit_id in unit_ids:
        level, _, rest = unit_id.partition("-")
        if unit_id == NATION_UNIT:
            nation = True
        elif level == "p":
            province_codes.add(rest.partition("-")[0])
        elif level == "c":
            commune_ids.add(_lineage_id(unit_id))
        elif level == "o":
            commune_ids.update(_communes_of_office(session, unit_id, day))
    return Area(nation, frozenset(province_codes), frozenset(commune_ids))


def scopes_of(area: Area, account_id: str) -> tuple[str, ...]:
    """The feeds that belong to `area`, then the account's own and the reference data."""
    scopes = [f"commune:{commune_id}" for commune_id in sorted(area.commune_ids)]
    scopes += [f"province:p-{code}-2025" for code in sorted(area.province_codes)]
    if area.nation:
        scopes.append(f"nation:{NATION_UNIT}")
    return (*scopes, f"account:{account_id}", "reference")


def unit_of_scope(scope: str) -> str | None:
    """The unit behind a feed of a place; None for `account:…` and `reference`."""
    kind, _, unit_id = scope.partition(":")
    return unit_id if kind in ("commune", "province", "nation") else None


def names_of(session: Session, unit_id: str) -> UnitNames | None:
    """The names of a unit, None when there is no such unit."""
    if (places := _places()) is None:
        return UnitNames(unit_id, unit_id, unit_id, None)
    unit = places.unit(session, unit_id)
    if unit is None:
        return None
    code = province_code_of(session, unit_id)
    province = places.unit(session, f"p-{code}-2025") if code else None
    return UnitNames(unit_id, unit.name, unit.full_name, province.name if province else None)


def province_code_of(session: Session, unit_id: str) -> str | None:
    """The two-digit code of the province that a unit lies in, None for the nation."""
    level, _, rest = unit_id.partition("-")
    if level == "p":
        return rest.partition("-")[0]
    if (places := _places()) is None:
        return None
    for ancestor in places.ancestors(session, unit_id):
        above = ancestor if isinstance(ancestor, str) else ancestor.id
        if above.startswith("p-"):
            return str(above).split("-")[1]
    return None


def _lineage_id(unit_id: str) -> str:
    """Every version of a commune since July 2025 keeps its code, and the first names the feed.

    Worked out from the id, since this runs at every request.
    """
    return f"c-{unit_id.split('-')[1]}-2025"


def _communes_of_office(session: Session, unit_id: str, day: date) -> Iterable[str]:
    find = getattr(_places(), "communes_of_office", None)
    return find(session, unit_id, day) if find else ()


def _places() -> Any:
    """INTERIM: the room of places is being built."""
    try:
        return importlib.import_module("server.places.queries")
    except ModuleNotFoundError:
        return None
