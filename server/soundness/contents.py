"""Activities against what is derived from them: digest, counts, links to photos, operations.

Not here: the bytes of photos (`photos`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from server.activities.models import Activity, ActivityCount, ActivityEvidence, OperationLog
from server.activities.rows import counts_of
from server.activities.wire import EVIDENCE
from server.soundness.finding import Finding
from sync.digest import content_digest
from sync.outcome import Parked, Retry, from_wire

_BATCH = 500
_COUNTED = ("code", "amount", "group_key", "scope", "commune_id", "province_code", "event_date",
            "status")  # fmt: skip


def examine_contents(session: Session) -> Finding:
    """Each activity's digest, counts and photo links."""
    finding = Finding("contents")
    for rows in _activities(session):
        ids = [row.id for row in rows]
        counts = _counts(session, ids)
        links = _links(session, ids)
        for row in rows:
            finding.examined += 1
            if content_digest(row.kind, row.fields, row.sets) != row.digest:
                finding.fault(f"{row.id}: the digest is not that of its content")
            if Counter(map(_counted, counts_of(dict(row._mapping)))) != counts[row.id]:
                finding.fault(f"{row.id}: counted otherwise than its content says")
            if set(row.sets.get(EVIDENCE, ())) != links[row.id]:
                finding.fault(f"{row.id}: linked to other photos than it names")
    return finding


def examine_operations(session: Session) -> Finding:
    """Every operation has an outcome that can be read; what had no effect is kept whole."""
    finding = Finding("operations")
    log = select(OperationLog.id, OperationLog.outcome, OperationLog.body)
    with session.execute(log.execution_options(yield_per=2000)) as rows:
        for id, stored, body in rows:
            finding.examined += 1
            try:
                outcome = from_wire(stored)
            except (KeyError, TypeError):
                finding.fault(f"{id}: its outcome can't be read")
                continue
            if isinstance(outcome, Retry):
                finding.fault(f"{id}: has no outcome yet it is stored")
            if isinstance(outcome, Parked) and body is None:
                finding.fault(f"{id}: parked, and its content is gone")
    orphans = select(Activity.id).where(
        ~select(OperationLog.id).where(OperationLog.activity_id == Activity.id).exists()
    )
    for id in session.scalars(orphans):
        finding.fault(f"{id}: no operation made this activity")
    return finding


def _activities(session: Session) -> Iterator[Sequence[Row[Any]]]:
    """All activities, by id, some hundred at a time."""
    last = ""
    page = select(*Activity.__table__.c).order_by(Activity.id).limit(_BATCH)
    while rows := session.execute(page.where(Activity.id > last)).all():
        yield rows
        last = rows[-1].id


def _counts(session: Session, ids: Sequence[str]) -> dict[str, Counter[tuple[Any, ...]]]:
    found: dict[str, Counter[tuple[Any, ...]]] = defaultdict(Counter)
    table = ActivityCount.__table__
    for row in session.execute(select(*table.c).where(ActivityCount.activity_id.in_(ids))):
        found[row.activity_id][_counted(row._mapping)] += 1
    return found


def _links(session: Session, ids: Sequence[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    pairs = select(ActivityEvidence.activity_id, ActivityEvidence.sha256)
    for activity_id, sha256 in session.execute(pairs.where(ActivityEvidence.activity_id.in_(ids))):
        found[activity_id].add(sha256)
    return found


def _counted(count: Any) -> tuple[Any, ...]:
    return tuple(count[name] for name in _COUNTED)
