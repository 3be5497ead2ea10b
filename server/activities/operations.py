"""The only writers of activities: operations of phones, decisions of reviewers.

INTERIM signatures; see `apply`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from server.http.actor import Actor


def record_decision(
    session: Session,
    actor: Actor,
    now: datetime,
    activity_id: str,
    status: str,
    review: dict[str, Any],
    expected_version: int,
) -> Row[Any]:
    """Set `status` and `review` if the activity still is at `expected_version`.

    Returns the row afterwards (version + 1). Raises `problems.NOT_FOUND`, or `StaleVersion` with
    the present row when somebody changed it meanwhile.
    """
    raise NotImplementedError


def touch(session: Session, activity_id: str) -> None:
    """Send the activity to its phones again with the same version: a photo was verified."""
    raise NotImplementedError
