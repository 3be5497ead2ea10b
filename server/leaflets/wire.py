"""Leaflets, versions and runs as the API tells them. Pure but for the names of places."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from server.leaflets.law import is_outdated, law_changes
from server.leaflets.models import Leaflet, LeafletVersion
from server.leaflets.queries import RunRow
from server.places import queries as places


def file_path(sha256: str, ending: str) -> str:
    """Where a stored file lies, for everybody."""
    return f"/leaflets/{sha256}.{ending}"


def leaflet(
    one: Leaflet, versions: Sequence[LeafletVersion], today: date, *, whole: bool
) -> dict[str, Any]:
    """A leaflet; its versions with their words if `whole`."""
    shown = [version(each, today) if whole else version_head(each, today) for each in versions]
    return {
        "id": one.id, "title_id": one.title_id, "title": one.title, "topics": one.topics,
        "source": one.source, "owner_province": one.owner_province,
        "created_at": _moment(one.created_at), "versions": shown,
    }  # fmt: skip


def version(one: LeafletVersion, today: date) -> dict[str, Any]:
    """A version with its words."""
    return {**version_head(one, today), "contents": one.contents}


def version_head(one: LeafletVersion, today: date) -> dict[str, Any]:
    """A version without its words."""
    return {
        "id": one.id, "leaflet": one.leaflet_id, "number": one.number,
        "law_date": one.law_date.isoformat(), "outdated": is_outdated(one.law_date, today),
        "languages": one.languages, "status": one.status,
        "pdf_url": one.pdf_sha256 and file_path(one.pdf_sha256, "pdf"),
        "pdf_bytes": one.pdf_bytes, "published_at": _moment(one.published_at),
        "withdrawn_at": _moment(one.withdrawn_at), "changed_at": _moment(one.changed_at),
    }  # fmt: skip


def changes() -> list[dict[str, str]]:
    """The changes of law, the earliest first."""
    return [{"date": each.date.isoformat(), "vi": each.vi, "en": each.en} for each in law_changes()]


def runs(session: Session, rows: Sequence[RunRow], today: date) -> list[dict[str, Any]]:
    """Runs with the names of their places as they were printed."""
    names = places.units(session, {row.run.unit_id for row in rows})
    return [
        _run(row, today, names[row.run.unit_id].full_name if row.run.unit_id in names else None)
        for row in rows
    ]


def _run(row: RunRow, today: date, unit_name: str | None) -> dict[str, Any]:
    one, printed, leaflet, shown = row
    return {
        "id": one.id, "code": one.code, "title": leaflet.title, "title_id": leaflet.title_id,
        "leaflet_id": leaflet.id, "version": printed.number, "version_id": printed.id,
        "law_date": printed.law_date.isoformat(),
        "outdated": printed.status == "withdrawn" or is_outdated(printed.law_date, today),
        "destination_version_id": shown.id, "shown_version": shown.number,
        "unit": one.unit_id, "unit_name": unit_name, "place_detail": one.place_detail,
        "copies": one.copies, "period_from": one.period_from.isoformat(),
        "period_to": one.period_to.isoformat(),
        "status": "ended" if one.status == "active" and one.period_to < today else one.status,
        "batch": one.batch_id, "created_at": _moment(one.created_at),
    }  # fmt: skip


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
