"""Counted activities for tests of figures: recorded through the real door, in any status."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.activities import operations, queries
from server.http.actor import SYSTEM
from tests.factories.accounts import make_account
from tests.factories.activities import make_activity

BA_DINH = "c-00004-2025"  # Hà Nội
CUA_NAM = "c-00070-2025"  # Hà Nội
HONG_GAI = "c-06685-2025"  # another province


class Field:
    """Records activities of one collaborator a commune."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now
        self._authors: dict[str, Any] = {}

    def record(
        self, day: str, commune: str = BA_DINH, *, status: str = "approved",
        kind: str = "loudspeaker_broadcast", **fields: Any,
    ) -> str:  # fmt: skip
        """The id of an activity of `day` in `status`; committed."""
        if commune not in self._authors:
            self._authors[commune] = make_account(self._session, self._now, unit_id=commune)
        activity_id = make_activity(
            self._session, self._now, self._authors[commune], submitted=status != "draft",
            scope=f"commune:{commune}", kind=kind, fields={"event_date": day, **fields},
        )  # fmt: skip
        if status not in ("draft", "submitted"):
            self.decide(activity_id, status)
        return activity_id

    def decide(self, activity_id: str, status: str) -> None:
        """Set the status as a review does."""
        row = queries.get(self._session, activity_id)
        assert row is not None
        review = {"decision": status, "by": {"id": SYSTEM.account_id, "name": SYSTEM.name},
                  "at": self._now.isoformat(), "remarks": []}  # fmt: skip
        operations.record_decision(
            self._session, SYSTEM, self._now, activity_id, status, review, row.version
        )
        self._session.commit()
