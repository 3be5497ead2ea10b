"""Which photos an activity names, kept so that the way back, from a photo, is one look-up.

Not here: whether a photo has arrived. That is known to the room of evidence, which lies above and
answers by `queries.register_evidence_states`.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from server.activities.models import Activity, ActivityEvidence


def link_evidence(session: Session, activity_id: str, sha256s: Iterable[str]) -> None:
    """Let the activity name exactly `sha256s`. Its row must have been written before."""
    wanted = set(sha256s)
    links = ActivityEvidence.__table__
    present = set(session.scalars(select(links.c.sha256).where(links.c.activity_id == activity_id)))
    if gone := present - wanted:
        session.execute(
            delete(ActivityEvidence).where(
                ActivityEvidence.activity_id == activity_id, ActivityEvidence.sha256.in_(gone)
            )
        )
    if fresh := wanted - present:
        session.execute(
            insert(ActivityEvidence),
            [{"activity_id": activity_id, "sha256": each} for each in sorted(fresh)],
        )


def activities_naming(session: Session, author_id: str, sha256: str) -> list[str]:
    """Ids of the author's activities that name the photo, in order."""
    return list(
        session.scalars(
            select(ActivityEvidence.activity_id)
            .join(Activity, Activity.id == ActivityEvidence.activity_id)
            .where(ActivityEvidence.sha256 == sha256, Activity.author_id == author_id)
            .order_by(ActivityEvidence.activity_id)
        )
    )
