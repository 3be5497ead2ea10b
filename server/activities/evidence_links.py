"""Which photos an activity names, kept so that the way back, from a photo, is one look-up.

Not here: whether a photo has arrived. That is known to the room of evidence, which lies above and
answers by `queries.register_evidence_states`.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.orm import Session

from server.activities.models import ActivityEvidence
from server.database.among import among

_links: Table = ActivityEvidence.__table__  # type: ignore[assignment]
_NAMERS = select(_links).where(among(_links.c.activity_id, "ids"))


def link_evidence(
    session: Session, activity_id: str, account_id: str, sha256s: Iterable[str]
) -> None:
    """Let the activity name exactly `sha256s`, those new to it by `account_id`.

    Call it after the activity's row has been written.
    """
    wanted = set(sha256s)
    present = set(namers(session, [activity_id]))
    if gone := {sha256 for _, sha256 in present} - wanted:
        session.execute(
            delete(ActivityEvidence).where(
                ActivityEvidence.activity_id == activity_id, ActivityEvidence.sha256.in_(gone)
            )
        )
    if fresh := wanted - {sha256 for _, sha256 in present}:
        session.execute(
            insert(ActivityEvidence),
            [
                {"activity_id": activity_id, "sha256": sha256, "account_id": account_id}
                for sha256 in sorted(fresh)
            ],
        )


def namers(session: Session, activity_ids: Iterable[str]) -> dict[tuple[str, str], str]:
    """(activity, sha256) → the account that put the photo there and must deliver it."""
    rows = session.connection().execute(_NAMERS, {"ids": activity_ids})
    return {(row.activity_id, row.sha256): row.account_id for row in rows}


def activities_naming(session: Session, account_id: str, sha256: str) -> list[str]:
    """Ids of the activities to which `account_id` put the photo, in order."""
    return list(
        session.scalars(
            select(ActivityEvidence.activity_id)
            .where(ActivityEvidence.sha256 == sha256, ActivityEvidence.account_id == account_id)
            .order_by(ActivityEvidence.activity_id)
        )
    )
