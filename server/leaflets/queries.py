"""The only readers of leaflets for other rooms: a run by its code, with what its page shows; lists.

Not here: how many were scanned (`scans.statistics`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true, tuple_
from sqlalchemy.orm import Session, aliased

from server.http.actor import Area
from server.leaflets.models import Leaflet, LeafletVersion, PrintRun
from server.places import queries as places

Shown = aliased(LeafletVersion)
RunStatus = Literal["active", "stopped", "ended"]


@dataclass(frozen=True, slots=True)
class PublicVersion:
    """What a page shows. `contents` as in `models.LeafletVersion`."""

    id: str
    leaflet_id: str
    title_id: str
    title: str
    number: int
    law_date: date
    languages: tuple[str, ...]
    contents: Mapping[str, Any]
    pdf_sha256: str | None
    pdf_bytes: int | None
    status: str


@dataclass(frozen=True, slots=True)
class PublicRun:
    """A run as its code leads to it. `status` is active or stopped; the period tells the rest."""

    id: str
    code: str
    status: str
    period_from: date
    period_to: date
    unit_id: str
    commune_id: str | None
    province_code: str | None
    place_detail: str
    copies: int
    printed_version_id: str
    version: PublicVersion


class RunRow(NamedTuple):
    """A run, the version on its paper, that version's leaflet, the version that its code shows."""

    run: PrintRun
    printed: LeafletVersion
    leaflet: Leaflet
    shown: LeafletVersion


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs: in the reader's `area`, and of what is asked for."""

    area: Area
    today: date
    leaflet_id: str | None = None
    batch_id: str | None = None
    unit_area: Area | None = None
    status: RunStatus | None = None


def run_by_code(session: Session, code: str) -> PublicRun | None:
    """The run that bears the normalised `code`, with the version that it shows now; or None."""
    row = session.execute(_runs().where(PrintRun.code == code)).first()
    return _public_run(row) if row else None


def _runs() -> Select[PrintRun, LeafletVersion, Leaflet]:
    return (
        select(PrintRun, LeafletVersion, Leaflet)
        .join(LeafletVersion, LeafletVersion.id == PrintRun.destination_version_id)
        .join(Leaflet, Leaflet.id == LeafletVersion.leaflet_id)
    )


def _public_run(row: Any) -> PublicRun:
    run, version, leaflet = row
    return PublicRun(
        run.id, run.code, run.status, run.period_from, run.period_to, run.unit_id, run.commune_id,
        run.province_code, run.place_detail, run.copies, run.version_id,
        public_version(version, leaflet),
    )  # fmt: skip


def public_version(version: LeafletVersion, leaflet: Leaflet) -> PublicVersion:
    """`version` of `leaflet` as its page shows it."""
    return PublicVersion(
        version.id, leaflet.id, leaflet.title_id, leaflet.title, version.number, version.law_date,
        tuple(version.languages), version.contents, version.pdf_sha256, version.pdf_bytes,
        version.status,
    )  # fmt: skip


def run_rows() -> Select[PrintRun, LeafletVersion, Leaflet, LeafletVersion]:
    """A statement over runs whose rows make a `RunRow`."""
    return (
        select(PrintRun, LeafletVersion, Leaflet, Shown)
        .join(LeafletVersion, LeafletVersion.id == PrintRun.version_id)
        .join(Leaflet, Leaflet.id == LeafletVersion.leaflet_id)
        .join(Shown, Shown.id == PrintRun.destination_version_id)
    )


def run(session: Session, run_id: str) -> RunRow | None:
    """One run with its versions."""
    row = session.execute(run_rows().where(PrintRun.id == run_id)).first()
    return RunRow(*row) if row else None


def runs_of(session: Session, run_ids: Sequence[str]) -> list[RunRow]:
    """Those of `run_ids` that exist, newest first."""
    statement = run_rows().where(PrintRun.id.in_(list(run_ids)))
    return [RunRow(*row) for row in session.execute(_newest_first(statement))]


def list_runs(session: Session, wanted: RunFilter, after: str | None, limit: int) -> list[RunRow]:
    """At most `limit` runs, newest first, those after the run of id `after`."""
    statement = run_rows().where(_within(wanted.area))
    if wanted.unit_area is not None:
        statement = statement.where(_within(wanted.unit_area))
    if wanted.leaflet_id is not None:
        statement = statement.where(Leaflet.id == wanted.leaflet_id)
    if wanted.batch_id is not None:
        statement = statement.where(PrintRun.batch_id == wanted.batch_id)
    if wanted.status is not None:
        statement = statement.where(_in_status(wanted.status, wanted.today))
    if after is not None:
        last = session.get(PrintRun, after)
        beyond = tuple_(PrintRun.created_at, PrintRun.id) < tuple_(last.created_at, last.id) \
            if last else false()  # fmt: skip
        statement = statement.where(beyond)
    return [RunRow(*row) for row in session.execute(_newest_first(statement).limit(limit))]


def leaflets(session: Session, area: Area, provinces: Sequence[str]) -> list[Leaflet]:
    """The nation's and those of `provinces`, newest first."""
    owner = Leaflet.owner_province
    mine = true() if area.nation else or_(owner.is_(None), owner.in_(list(provinces)))
    return list(
        session.scalars(
            select(Leaflet).where(mine).order_by(Leaflet.created_at.desc(), Leaflet.id.desc())
        )
    )


def versions(session: Session, leaflet_ids: Sequence[str]) -> dict[str, list[LeafletVersion]]:
    """The versions of each leaflet, oldest first."""
    found: dict[str, list[LeafletVersion]] = {each: [] for each in leaflet_ids}
    statement = select(LeafletVersion).where(LeafletVersion.leaflet_id.in_(list(leaflet_ids)))
    for version in session.scalars(statement.order_by(LeafletVersion.number)):
        found[version.leaflet_id].append(version)
    return found


def file_hashes(session: Session) -> list[str]:
    """The SHA-256 of every file that a version names: PDF and audio."""
    found: dict[str, None] = {}
    named = select(LeafletVersion.pdf_sha256, LeafletVersion.contents)
    for pdf_sha256, contents in session.execute(named.order_by(LeafletVersion.id)):
        audio = [said["audio"]["sha256"] for said in contents.values() if said.get("audio")]
        found |= dict.fromkeys([pdf_sha256, *audio] if pdf_sha256 else audio)
    return list(found)


def provinces_of(session: Session, area: Area) -> list[str]:
    """Codes of the provinces in which somebody with `area` works."""
    found = set(area.province_codes)
    units = places.units(session, area.commune_ids)
    found |= {unit.province_code for unit in units.values() if unit.province_code}
    return sorted(found)


def _newest_first(statement: Select[Any, Any, Any, Any]) -> Select[Any, Any, Any, Any]:
    return statement.order_by(PrintRun.created_at.desc(), PrintRun.id.desc())


def _within(area: Area) -> ColumnElement[bool]:
    if area.nation:
        return true()
    return or_(
        PrintRun.province_code.in_(sorted(area.province_codes)),
        PrintRun.commune_id.in_(sorted(area.commune_ids)),
    )


def _in_status(status: RunStatus, today: date) -> ColumnElement[bool]:
    if status == "stopped":
        return PrintRun.status == "stopped"
    over = PrintRun.period_to < today
    return and_(PrintRun.status == "active", over if status == "ended" else ~over)
