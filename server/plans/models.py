"""Tables of plans: the annex of a year, its rows, its targets, and what it was before.

Nothing of any year stands in code; several plans live side by side. Not here: the figures that
were reached (`measures`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.database.types import Json, Moment

PLAN_ID_LENGTH = 60
CODE_LENGTH = 20

#: What a target may count; `measures.definitions` says how each is counted.
METRICS = (
    "training_clusters", "enterprise_conferences", "communes_with_group_conference_share",
    "collaborator_conferences", "voluntary_si_broadcasts", "themed_peaks", "campaign_waves",
    "row_figure",
)  # fmt: skip


class Plan(Base):
    """One annex. `document` is what belongs to no row: headings, sections, groups, terms.

    `is_official` is False for a copy of last year that waits for the real one.
    """

    __tablename__ = "plan"
    __table_args__ = (Index(None, "valid_from", "valid_to"),)

    id: Mapped[str] = mapped_column(String(PLAN_ID_LENGTH), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    year: Mapped[int] = mapped_column(Integer)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date] = mapped_column(Date)
    is_official: Mapped[bool]
    copied_from: Mapped[str | None] = mapped_column(String(PLAN_ID_LENGTH))
    document: Mapped[Any] = mapped_column(Json)
    readings: Mapped[Any] = mapped_column(Json)
    version: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[datetime] = mapped_column(Moment)


class PlanRow(Base):
    """One row, in the annex's order. `detail` holds its cells; blank ones name where they hold."""

    __tablename__ = "plan_row"

    plan_id: Mapped[str] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(CODE_LENGTH), primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    section: Mapped[str] = mapped_column(String(CODE_LENGTH))
    group_code: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
    name: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[Any] = mapped_column(Json)


class PlanTarget(Base):
    """A figure that a row must reach. `detail` holds periods, windows, per whom, the wording."""

    __tablename__ = "plan_target"

    plan_id: Mapped[str] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(CODE_LENGTH + 8), primary_key=True)
    row_code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    position: Mapped[int] = mapped_column(Integer)
    metric: Mapped[str] = mapped_column(String(60))
    label: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(Text)
    min: Mapped[float | None] = mapped_column(Float)
    max: Mapped[float | None] = mapped_column(Float)
    detail: Mapped[Any] = mapped_column(Json)


class PlanAmendment(Base):
    """A version of a plan, whole, with who brought it and when."""

    __tablename__ = "plan_amendment"

    plan_id: Mapped[str] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    account_id: Mapped[str] = mapped_column(String(36))
    digest: Mapped[str] = mapped_column(String(64))
    body: Mapped[Any] = mapped_column(Json)
