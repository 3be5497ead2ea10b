"""Tables of leaflets: the leaflet, its versions, and the runs in which they were printed.

A published version never changes: whoever wants other words makes the next version, and may let a
run that is on paper show it. Not here: who scanned (`scans`), who was given a copy (activities).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.database.types import Json, Moment
from server.short_codes import LENGTH

_ID = String(36)


class Leaflet(Base):
    """What a leaflet is about, whatever its words are this year.

    `title_id` is an option of the hand-out's field `leaflet_title`; `owner_province` is None for a
    leaflet of the nation, which every province may print.
    """

    __tablename__ = "leaflet"
    __table_args__ = (Index(None, "owner_province"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    title_id: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(200))
    topics: Mapped[Any] = mapped_column(Json)
    source: Mapped[str] = mapped_column(String(60))
    owner_province: Mapped[str | None] = mapped_column(String(2))
    created_by: Mapped[str] = mapped_column(_ID)
    created_at: Mapped[datetime] = mapped_column(Moment)


class LeafletVersion(Base):
    """The words of a leaflet by the law of a day, in one or more languages.

    `contents` is `{language: {"blocks": [...], "audio"?: {"sha256", "media_type", "seconds",
    "bytes"}}}`, the first language being the one shown to whoever chose none; `languages` keeps
    their order. `pdf_sha256` names a stored file.
    """

    __tablename__ = "leaflet_version"
    __table_args__ = (Index(None, "leaflet_id", "number", unique=True),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    leaflet_id: Mapped[str] = mapped_column(ForeignKey("leaflet.id"))
    number: Mapped[int] = mapped_column(Integer)
    law_date: Mapped[date] = mapped_column(Date)
    languages: Mapped[Any] = mapped_column(Json)
    contents: Mapped[Any] = mapped_column(Json)
    pdf_sha256: Mapped[str | None] = mapped_column(String(64))
    pdf_bytes: Mapped[int | None] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(12))
    published_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    changed_by: Mapped[str] = mapped_column(_ID)
    changed_at: Mapped[datetime] = mapped_column(Moment)


class PrintRun(Base):
    """Copies of one version for one place and period, which bear one short code.

    `version_id` is what stands on paper, `destination_version_id` what its code shows now.
    `commune_id` is the lineage of its commune, None for a run of a whole province; `unit_id` the
    version of the place for which it was made. Whether its period is over is not stored.
    """

    __tablename__ = "print_run"
    __table_args__ = (
        Index(None, "code", unique=True),
        Index(None, "province_code", "created_at", "id"),
        Index(None, "created_at", "id"),
        Index(None, "commune_id"),
        Index(None, "version_id"),
        Index(None, "destination_version_id"),
        Index(None, "batch_id"),
    )

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    code: Mapped[str] = mapped_column(String(LENGTH))
    version_id: Mapped[str] = mapped_column(ForeignKey("leaflet_version.id"))
    destination_version_id: Mapped[str] = mapped_column(ForeignKey("leaflet_version.id"))
    unit_id: Mapped[str] = mapped_column(String(40))
    commune_id: Mapped[str | None] = mapped_column(String(40))
    province_code: Mapped[str | None] = mapped_column(String(2))
    place_detail: Mapped[str] = mapped_column(Text)
    period_from: Mapped[date] = mapped_column(Date)
    period_to: Mapped[date] = mapped_column(Date)
    copies: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(12))
    batch_id: Mapped[str] = mapped_column(_ID)
    created_by: Mapped[str] = mapped_column(_ID)
    created_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
