"""Tables of places: units of the country by version, which became which, and the offices of BHXH.

A version is a unit as it stood between two days; a rename or a new type closes one and opens the
next. `Unit` is the value that readers get. Not here: hamlets, which stand in no list of codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Boolean, Date, Float, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.database.types import Json, Moment

Level = Literal["nation", "province", "district", "commune", "office"]

NATION_ID = "vn"
UNIT_ID_LENGTH = 40


class UnitVersion(Base):
    """One version of a unit. `code` is unique per level on any one day, never by itself.

    `valid_from` is None where the start was not collected (before July 2025), `valid_to` None
    where the version is in force; both days are inclusive. `parent_id` is the parent's version
    on this version's first day; `province_code` holds on all its days.
    """

    __tablename__ = "unit_version"
    __table_args__ = (
        Index(None, "level", "code"),
        Index(None, "level", "province_code"),
        Index(None, "level", "search_name"),
    )

    id: Mapped[str] = mapped_column(String(UNIT_ID_LENGTH), primary_key=True)
    level: Mapped[str] = mapped_column(String(12))
    code: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(80))
    type: Mapped[str] = mapped_column(String(20))
    full_name: Mapped[str] = mapped_column(String(100))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("unit_version.id"))
    province_code: Mapped[str | None] = mapped_column(String(2))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    basis: Mapped[str | None] = mapped_column(String(80))
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    note: Mapped[str | None] = mapped_column(Text)
    #: The name without type and diacritics, as `folding.fold` writes it.
    search_name: Mapped[str] = mapped_column(String(80))


class UnitSuccession(Base):
    """A version that became another on `date`. `partial`: only a part went there, how large is
    not known, so no figure may be divided by it."""

    __tablename__ = "unit_succession"

    from_id: Mapped[str] = mapped_column(ForeignKey("unit_version.id"), primary_key=True)
    to_id: Mapped[str] = mapped_column(ForeignKey("unit_version.id"), primary_key=True, index=True)
    date: Mapped[date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(String(8))
    partial: Mapped[bool] = mapped_column(Boolean)
    basis: Mapped[str | None] = mapped_column(String(80))


class UnitFile(Base):
    """What the tables were loaded from, so that a second start need not read it again."""

    __tablename__ = "unit_file"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))


class UnitAct(Base):
    """An act that merged, divided or renamed units, as an operator recorded it.

    `body` holds what it does to the tables (`acts.Effects`), so that a later release of the files
    does not undo it. `carried_out_at` is when feeds and accounts were sent on their way.
    """

    __tablename__ = "unit_act"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    date: Mapped[date] = mapped_column(Date)
    basis: Mapped[str | None] = mapped_column(String(80))
    body: Mapped[Any] = mapped_column(Json)
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    carried_out_at: Mapped[datetime | None] = mapped_column(Moment)


class Office(Base):
    """A BHXH office (`o-…`), of a province or of several communes."""

    __tablename__ = "office"

    id: Mapped[str] = mapped_column(String(UNIT_ID_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    province_code: Mapped[str] = mapped_column(String(2), index=True)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)


class OfficeArea(Base):
    """A commune (lineage id) that an office serves, by date: areas change by themselves."""

    __tablename__ = "office_area"
    __table_args__ = (Index(None, "commune_id"),)

    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"), primary_key=True)
    commune_id: Mapped[str] = mapped_column(ForeignKey("unit_version.id"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    valid_to: Mapped[date | None] = mapped_column(Date)


@dataclass(frozen=True, slots=True)
class Unit:
    """A version of a unit, or an office (level "office"), as readers get it."""

    id: str
    level: Level
    code: str
    name: str
    type: str
    full_name: str
    parent_id: str | None
    province_code: str | None
    valid_from: date | None
    valid_to: date | None
    basis: str | None = None
    lat: float | None = None
    lon: float | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Succession:
    """`unit` is the other side: the successor or the predecessor."""

    unit: Unit
    date: date
    kind: Literal["merge", "split", "carry", "rename", "retype"]
    partial: bool
    basis: str | None
