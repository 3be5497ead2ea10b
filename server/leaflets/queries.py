"""The only readers of leaflets for other rooms: a run by its code, with what its page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from server.leaflets.models import Leaflet, LeafletVersion, PrintRun


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
