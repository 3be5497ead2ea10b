"""Finding a place by what a person types, with or without diacritics.

Ranked: the exact name with its diacritics, then the exact name without, then names that begin so,
then names with a word that begins so. All look-alikes are listed, the choice is the person's.
A comma narrows to a province or district: "Cẩm Giang, Hải Phòng". Not here: hamlets, addresses.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Table, and_, or_, select
from sqlalchemy.orm import Session

from server.places.folding import accent_key, fold, long_form, without_type
from server.places.models import Level, Unit, UnitVersion
from server.places.queries import in_force, units

#: What a text field of a search holds at most, in characters.
TEXT_MAX = 100
LIMIT_MAX = 100

_units: Table = UnitVersion.__table__  # type: ignore[assignment]
#: Within one rank the higher level stands first.
_LEVEL_ORDER = {"nation": 0, "province": 1, "district": 2, "commune": 3}


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One way to read what was typed."""

    accented: str
    folded: str
    type: str | None


def search(
    session: Session,
    text: str,
    level: Level | None = None,
    day: date | None = None,
    limit: int = 20,
) -> list[Unit]:
    """The best `limit` matches of `text`, best first.

    `day`: versions in force then; without one, those in force with no end.
    """
    name, _, above = text[:TEXT_MAX].partition(",")
    readings = list(_readings(name))
    if not readings:
        return []
    rows = _candidates(session, readings, level, day)
    if fold(above):
        rows = _lying_in(session, rows, above)
    ranked = sorted((_rank(row, readings), _LEVEL_ORDER[row.level], row.search_name,
                     row.province_code or "", row.id) for row in rows)  # fmt: skip
    ids = [entry[-1] for entry in ranked[: max(0, min(limit, LIMIT_MAX))]]
    found = units(session, ids)
    return [found[each] for each in ids]


def _readings(text: str) -> Iterator[_Wanted]:
    """The text as a name, and as a name after a type if it begins like one."""
    text = unicodedata.normalize("NFC", text)
    for name, type in {(text, None): None, without_type(text): None}:
        if folded := fold(name):
            yield _Wanted(accent_key(name), long_form(folded), type)


def _candidates(
    session: Session, readings: list[_Wanted], level: Level | None, day: date | None
) -> list[Row[Any]]:
    # folded text holds letters, digits and spaces only: nothing in it is special to LIKE
    names = or_(
        *(
            condition
            for wanted in readings
            for condition in (
                _units.c.search_name.like(f"{wanted.folded}%"),
                _units.c.search_name.like(f"% {wanted.folded}%"),
            )
        )
    )
    valid = in_force(day) if day is not None else _units.c.valid_to.is_(None)
    statement = select(
        _units.c.id, _units.c.level, _units.c.name, _units.c.type, _units.c.search_name,
        _units.c.province_code, _units.c.parent_id,
    ).where(and_(valid, names))  # fmt: skip
    if level is not None:
        statement = statement.where(_units.c.level == level)
    return list(session.connection().execute(statement))


def _rank(row: Row[Any], readings: list[_Wanted]) -> tuple[int, bool]:
    """The lower the better; a type that was typed and differs comes after its equals."""
    accented = accent_key(row.name)
    return min(_rank_as(row, accented, wanted) for wanted in readings)


def _rank_as(row: Row[Any], accented: str, wanted: _Wanted) -> tuple[int, bool]:
    if accented == wanted.accented:
        rank = 0
    elif row.search_name == wanted.folded:
        rank = 1
    elif accented.startswith(wanted.accented):
        rank = 2
    elif row.search_name.startswith(wanted.folded):
        rank = 3
    elif f" {wanted.folded}" in row.search_name:
        rank = 4
    else:
        rank = 5  # found by the other reading
    return rank, wanted.type is not None and wanted.type != row.type


def _lying_in(session: Session, rows: list[Row[Any]], above: str) -> list[Row[Any]]:
    """Those of `rows` whose parent or province bears the name `above`."""
    wanted = {long_form(fold(above)), long_form(fold(without_type(above)[0]))}
    statement = select(_units.c.id, _units.c.level, _units.c.code).where(
        _units.c.search_name.in_(wanted), _units.c.level.in_(("province", "district"))
    )
    parents: set[str] = set()
    codes: set[str] = set()
    for found in session.connection().execute(statement):
        parents.add(found.id)
        if found.level == "province":
            codes.add(found.code)
    return [row for row in rows if row.parent_id in parents or row.province_code in codes]
