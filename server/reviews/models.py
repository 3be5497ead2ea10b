"""The table of decisions: who decided what on which version, for ever.

The activity itself carries only its last decision (`activity.review`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.database.types import Json, JsonOrNull, Moment


class Decision(Base):
    """One decision. `version` and `digest` are what the reviewer had before their eyes.

    `override` is None, or `{"reason", "missing": [sha256], "conflicts": [id]}`: what stood
    against an approval and why it was given all the same.
    """

    __tablename__ = "decision"
    __table_args__ = (Index(None, "activity_id", "version"), Index(None, "account_id"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    activity_id: Mapped[str] = mapped_column(String(36))
    account_id: Mapped[str] = mapped_column(String(36))
    account_name: Mapped[str] = mapped_column(Text)
    decision: Mapped[str] = mapped_column(String(10))
    version: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(16))
    remarks: Mapped[Any] = mapped_column(Json)
    override: Mapped[Any | None] = mapped_column(JsonOrNull)
    decided_at: Mapped[datetime] = mapped_column(Moment)
