"""Possible duplicates before a reviewer: two reports side by side, and which of them counts.

Different reports are never merged, whatever is decided: the one that does not count stays as it
is and names the one that does. Not here: finding them (`activities.duplicates`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, literal, select, tuple_, update
from sqlalchemy.orm import Session

from server import problems
from server.activities import queries as activities
from server.activities.duplicates import (
    COUNTED,
    adopt,
    leads_to,
    pairs,
    primary_for,
    set_primary,
)
from server.activities.models import Activity
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
    """Pairs of the actor's area that nobody has decided on, oldest first. One of which a report
    was taken back or refused needs no decision, unless that stands again."""
    key = (_columns.found_at, _columns.id)
    conditions = [
        _columns.decided_at.is_(None),
        *(_counts(column) for column in (_columns.first_id, _columns.second_id)),
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

    A later decision takes the place of an earlier one; of several that are one event one counts,
    whatever was said of each pair. Raises `not-found`, `forbidden`, `own-work`, `invalid`.
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
    found = {row.id: row for row in rows if row is not None}
    _ensure_can_count(found, primary_id)
    session.connection().execute(
        update(pairs)
        .where(_columns.id == pair.id)
        .values(decided_at=now, decided_by=actor.account_id, primary_id=primary_id)
    )
    # The one that counts comes last: what leads from it may lead to the other one
    for id in sorted(ids, key=lambda each: each == primary_id):
        other = ids[0] if id == ids[1] else ids[1]
        wanted = primary_id
        if id == primary_id or primary_id is None:
            wanted = found[id].duplicate_of
            if wanted == other or leads_to(session, wanted, id):
                wanted = primary_for(session, id)
        set_primary(session, actor, now, found[id], wanted)
        if wanted is None and found[id].duplicate_of is not None:
            adopt(session, actor, now, id)
    return pair


def _counts(activity_id: Any) -> Any:
    return exists().where(Activity.id == activity_id, Activity.status.in_(COUNTED))


def _ensure_can_count(rows: Mapping[str, Row[Any]], primary_id: str | None) -> None:
    if primary_id is None:
        return
    if primary_id not in rows:
        vi, en = "Chọn một trong hai báo cáo.", "Choose one of the two reports."
    elif rows[primary_id].status not in COUNTED:
        vi = "Báo cáo này đã rút hoặc bị từ chối nên không được tính; hãy chọn báo cáo kia."
        en = "This report was taken back or refused and counts nothing; choose the other one."
    else:
        return
    found = [{"field": "primary", "code": "choice", "vi": vi, "en": en}]
    raise ProblemError(problems.INVALID, problems=found)
