"""Which part of the country an account may see, and which feeds its phone follows.

An area follows from the account's units on a day, since communes move between offices. Not
here: what a role may do inside the area (`policy`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from server.http.actor import Area
from server.places import queries as places

NATION_UNIT = "vn"
_FIRST_VERSION = "-2025"


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
            commune_ids.add(_lineage_id(session, unit_id))
        elif level == "o":
            commune_ids.update(places.communes_of_office(session, unit_id, day))
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
    unit = places.unit(session, unit_id)
    if unit is None:
        return None
    above = places.ancestors(session, unit_id)
    province = next((one.name for one in above if one.level == "province"), None)
    return UnitNames(unit_id, unit.name, unit.full_name, province)


def _lineage_id(session: Session, unit_id: str) -> str:
    # the first version is the lineage's own id: spares a query at nearly every request
    return unit_id if unit_id.endswith(_FIRST_VERSION) else places.lineage_id(session, unit_id)
