"""Possible duplicates before a reviewer: two reports side by side, and which of them counts.

Different reports are never merged, whatever is decided: the one that does not count stays as it
is and names the one that does. Not here: finding them (`activities.duplicates`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, literal, select, tuple_, update
from sqlalchemy.orm import Session

from server import problems
from server.activities import queries as activities
from server.activities.duplicates import pairs, set_primary
from server.http.actor import Actor, Area
from server.problems import ProblemError
from server.reviews import policy

_columns = pairs.c

WHY: Mapping[str, Mapping[str, str]] = {
    "near": {
        "vi": "Cùng xã, cùng loại, trùng ngày giờ, và không có gì cho thấy là hai việc khác nhau.",
        "en": "Same commune, kind, day and time, and nothing that tells the two apart.",
    },
    "photo": {"vi": "Có chung một ảnh.", "en": "They share a photo."},
}


def waiting(
    session: Session,
    actor: Actor,
    *,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
    unit_area: Area | None = None,
) -> Sequence[Row[Any]]:
    """Pairs of the actor's area that nobody has decided on, oldest first."""
    key = (_columns.found_at, _columns.id)
    conditions = [
        _columns.decided_at.is_(None),
        activities.within(actor.area, _columns),
        None if unit_area is None else activities.within(unit_area, _columns),
    ]
    if after is not None:
        bound = [literal(value, column.type) for value, column in zip(after, key, strict=True)]
        conditions.append(tuple_(*key) > tuple_(*bound))
    statement = (
        select(pairs)
        .where(*(condition for condition in conditions if condition is not None))
        .order_by(*key)
        .limit(limit)
    )
    return session.connection().execute(statement).all()


def words(why: Mapping[str, Any]) -> dict[str, str]:
    """Why the two are thought to be one, in both languages."""
    said = [WHY[name] for name in WHY if why.get(name)]
    return {tongue: " ".join(each[tongue] for each in said) for tongue in ("vi", "en")}


def decide(
    session: Session, actor: Actor, now: datetime, pair_id: str, primary_id: str | None
) -> Row[Any]:
    """Say which of the two counts, or None: both do. Returns the pair as it was.

    A later decision takes the place of an earlier one. Raises `not-found`, `forbidden`,
    `own-work`, `invalid`.
    """
    policy.ensure_reviews(actor)
    pair = session.connection().execute(
        select(pairs).where(_columns.id == pair_id).with_for_update()
    ).one_or_none()  # fmt: skip
    if pair is None:
        raise ProblemError(problems.NOT_FOUND)
    ids = sorted((pair.first_id, pair.second_id))
    rows = [activities.get(session, id, lock=True) for id in ids]
    for row in rows:
        policy.ensure_may_decide(actor, row)
    if primary_id is not None and primary_id not in ids:
        vi, en = "Chọn một trong hai báo cáo.", "Choose one of the two reports."
        found = [{"field": "primary", "code": "choice", "vi": vi, "en": en}]
        raise ProblemError(problems.INVALID, problems=found)
    for row, other in zip(rows, reversed(ids), strict=True):
        assert row is not None
        wanted = other if other == primary_id else None
        if wanted is None and row.duplicate_of not in (None, other):
            wanted = row.duplicate_of  # it is a duplicate of a third
        set_primary(session, actor, now, row, wanted)
    session.connection().execute(
        update(pairs)
        .where(_columns.id == pair.id)
        .values(decided_at=now, decided_by=actor.account_id, primary_id=primary_id)
    )
    return pair
