"""The only writers of places: loading the country from its two files, keeping offices.

The files are the data set of `server/places/data` (its NOTICE.md names sources and licences).
Not here: acts that merge, divide or rename units later (`acts`, `recording`).
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from server.places import folding, recording
from server.places.models import (
    NATION_ID,
    Office,
    OfficeArea,
    UnitFile,
    UnitSuccession,
    UnitVersion,
)

DATA = Path(__file__).parent / "data"

_units: Table = UnitVersion.__table__  # type: ignore[assignment]
_successions: Table = UnitSuccession.__table__  # type: ignore[assignment]
_files: Table = UnitFile.__table__  # type: ignore[assignment]
_offices: Table = Office.__table__  # type: ignore[assignment]
_areas: Table = OfficeArea.__table__  # type: ignore[assignment]

_NATION: dict[str, Any] = {
    "id": NATION_ID, "level": "nation", "code": NATION_ID, "name": "Việt Nam", "type": "quốc gia",
    "full_name": "Cả nước", "parent_id": None, "province_code": None, "valid_from": None,
    "valid_to": None, "basis": None, "lat": None, "lon": None, "note": None,
    "search_name": "viet nam",
}  # fmt: skip


def load_units(session: Session, folder: Path = DATA) -> bool:
    """Bring the tables to the state of `units.csv` and `successions.csv` in `folder`.

    Rows are added and corrected, never taken away, since records name them. Returns whether
    anything was read: the same files a second time are known by their hash.
    """
    files = {"units.csv": _digest(folder / "units.csv"),
             "successions.csv": _digest(folder / "successions.csv")}  # fmt: skip
    connection = session.connection()
    known = {row.name: row.digest for row in connection.execute(select(_files))}
    if known == files:
        return False
    _put_rows(session, _units, ("id",), [_NATION, *_unit_rows(folder / "units.csv")])
    _put_rows(session, _successions, ("from_id", "to_id"),
              _succession_rows(folder / "successions.csv"))  # fmt: skip
    recording.restore(session)
    connection.execute(delete(_files))
    connection.execute(
        insert(_files), [{"name": name, "digest": digest} for name, digest in files.items()]
    )
    return True


def put_office(
    session: Session,
    office_id: str,
    name: str,
    province_code: str,
    commune_ids: Iterable[str],
    valid_from: date,
) -> None:
    """Let office `o-…` serve these communes (lineage ids) from `valid_from` on.

    What it served before ends the day before; the same call twice changes nothing.
    """
    assert office_id.startswith("o-"), office_id
    connection = session.connection()
    values = {"name": name, "province_code": province_code}
    if connection.execute(select(_offices.c.id).where(_offices.c.id == office_id)).first():
        connection.execute(update(_offices).where(_offices.c.id == office_id).values(values))
    else:
        connection.execute(
            insert(_offices).values(id=office_id, valid_from=valid_from, valid_to=None, **values)
        )
    _put_area(session, office_id, set(commune_ids), valid_from)


def _put_area(session: Session, office_id: str, wanted: set[str], valid_from: date) -> None:
    connection = session.connection()
    open_areas = {
        row.commune_id: row.valid_from
        for row in connection.execute(
            select(_areas.c.commune_id, _areas.c.valid_from)
            .where(_areas.c.office_id == office_id, _areas.c.valid_to.is_(None))
        )
    }  # fmt: skip
    for commune_id in open_areas.keys() - wanted:
        here = (_areas.c.office_id == office_id, _areas.c.commune_id == commune_id,
                _areas.c.valid_to.is_(None))  # fmt: skip
        if open_areas[commune_id] >= valid_from:
            connection.execute(delete(_areas).where(*here))
        else:
            day_before = valid_from - timedelta(days=1)
            connection.execute(update(_areas).where(*here).values(valid_to=day_before))
    new = [
        {"office_id": office_id, "commune_id": each, "valid_from": valid_from, "valid_to": None}
        for each in sorted(wanted - open_areas.keys())
    ]
    if new:
        connection.execute(insert(_areas), new)


def _digest(path: Path) -> str:
    """The hash of the file's content and of the rules by which its names are folded."""
    salt = f"{folding.VERSION}\n".encode()
    return hashlib.sha256(salt + path.read_bytes()).hexdigest()


def _unit_rows(path: Path) -> list[dict[str, Any]]:
    """Rows of the table, parents before children as the file has them."""
    rows: list[dict[str, Any]] = []
    provinces: dict[str, str] = {}  # unit id -> code of its province
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            unit_id, parent_id = line["unit_id"], line["parent_id"] or None
            code = line["code"] if parent_id is None else provinces[parent_id]
            provinces[unit_id] = code
            rows.append(
                {
                    "id": unit_id, "level": line["level"], "code": line["code"],
                    "name": line["name"], "type": line["type"], "full_name": line["full_name"],
                    "parent_id": parent_id, "province_code": code,
                    "valid_from": _day(line["valid_from"]), "valid_to": _day(line["valid_to"]),
                    "basis": line["basis"] or None,
                    "lat": float(line["lat"]) if line["lat"] else None,
                    "lon": float(line["lon"]) if line["lon"] else None,
                    "note": line["note"] or None, "search_name": folding.fold(line["name"]),
                }
            )  # fmt: skip
    return rows


def _succession_rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {
                "from_id": line["from_unit_id"], "to_id": line["to_unit_id"],
                "date": date.fromisoformat(line["date"]), "kind": line["kind"],
                "partial": line["partial"] == "true", "basis": line["basis"] or None,
            }
            for line in csv.DictReader(file)
        ]  # fmt: skip


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _put_rows(
    session: Session, table: Table, keys: tuple[str, ...], rows: list[dict[str, Any]]
) -> None:
    """Insert what is new, update what differs."""
    connection = session.connection()
    present = {
        tuple(row[key] for key in keys): dict(row)
        for row in connection.execute(select(table)).mappings()
    }
    new, changed = _compare(rows, keys, present)
    if new:
        connection.execute(insert(table), new)
    if changed:
        statement = update(table).where(*(table.c[key] == bindparam(f"key_{key}") for key in keys))
        rest = [column.name for column in table.c if column.name not in keys]
        connection.execute(
            statement.values({name: bindparam(f"new_{name}") for name in rest}),
            [
                {f"key_{key}": row[key] for key in keys}
                | {f"new_{name}": row[name] for name in rest}
                for row in changed
            ],
        )


def _compare(
    rows: list[dict[str, Any]],
    keys: tuple[str, ...],
    present: Mapping[tuple[Any, ...], dict[str, Any]],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for row in rows:
        found = present.get(tuple(row[key] for key in keys))
        if found is None:
            new.append(row)
        elif found != row:
            changed.append(row)
    return new, changed
