"""Tables of what waits for a person: operations that were parked, activities that may be one.

Not here: conflicts, which stand beside one activity (`models`); what a person decides (`reviews`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.database.types import Json, Moment


class ParkedOperation(Base):
    """An operation that had no effect and is kept whole (`operation_log.body`).

    The place is that of its activity, or the one that it names; None where neither is known.
    `settlement` is accept, dismiss or instead (its author sent another one in its stead);
    `successor_id` is the operation that has its content instead. What was told stays told.
    """

    __tablename__ = "parked_operation"
    __table_args__ = (
        Index(None, "province_code", "settled_at", "received_at", "id"),
        Index(None, "commune_id", "settled_at", "received_at", "id"),
        Index(None, "author_id", "settled_at", "received_at", "id"),
        Index(None, "activity_id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    reason: Mapped[str] = mapped_column(String(20))
    scope: Mapped[str | None] = mapped_column(String(80))
    commune_id: Mapped[str | None] = mapped_column(String(40))
    province_code: Mapped[str | None] = mapped_column(String(2))
    author_id: Mapped[str] = mapped_column(String(36))
    author_name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(String(80))
    activity_id: Mapped[str] = mapped_column(String(36))
    received_at: Mapped[datetime] = mapped_column(Moment)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)
    settled_by: Mapped[str | None] = mapped_column(String(36))
    settlement: Mapped[str | None] = mapped_column(String(10))
    note: Mapped[str | None] = mapped_column(Text)
    successor_id: Mapped[str | None] = mapped_column(String(36))


class Replacement(Base):
    """Which operation an author sent in the stead of another one, and when it came.

    After a restoration, or by a courier, it may come before the one that it replaces.
    """

    __tablename__ = "operation_replacement"

    replaced_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    author_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    successor_id: Mapped[str] = mapped_column(String(36))
    received_at: Mapped[datetime] = mapped_column(Moment)


class PossibleDuplicate(Base):
    """Two activities that may tell of one event, the earlier one first.

    `why` is `{"near": bool, "photo": bool}`. Decided: `primary_id` is the one that counts, None
    where they are two events.
    """

    __tablename__ = "possible_duplicate"
    __table_args__ = (
        Index(None, "first_id", "second_id", unique=True),
        Index(None, "second_id"),
        Index(None, "province_code", "decided_at", "found_at", "id"),
        Index(None, "commune_id", "decided_at", "found_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    first_id: Mapped[str] = mapped_column(String(36))
    second_id: Mapped[str] = mapped_column(String(36))
    why: Mapped[Any] = mapped_column(Json)
    commune_id: Mapped[str | None] = mapped_column(String(40))
    province_code: Mapped[str | None] = mapped_column(String(2))
    found_at: Mapped[datetime] = mapped_column(Moment)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by: Mapped[str | None] = mapped_column(String(36))
    primary_id: Mapped[str | None] = mapped_column(String(36))
