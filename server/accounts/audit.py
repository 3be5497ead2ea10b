"""The audit log: who did what to which thing, each line chained to the one before.

`append` joins the caller's transaction, so a deed and its line are written together or not at
all. Details hold ids, counts and codes, never names or other personal data. Not here: showing
the log.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from server.accounts.models import AuditEntry, AuditHead
from server.database.upsert import insert_or_ignore

_HEAD_ID = 1
_GENESIS = "0" * 64

Detail = str | int | bool | None | list[str]


@dataclass(frozen=True, slots=True)
class ChainReport:
    """`entries` lines read; `broken_at` is the first line that does not fit, None if all do."""

    entries: int
    broken_at: int | None

    @property
    def sound(self) -> bool:
        return self.broken_at is None


def append(
    session: Session,
    actor_id: str,
    now: datetime,
    action: str,
    subject: str,
    details: Mapping[str, Detail] | None = None,
) -> None:
    """Write a line. The row lock on the head is held to the commit, so lines keep one order."""
    session.execute(insert_or_ignore(session, AuditHead, id=_HEAD_ID, seq=0, hash=_GENESIS))
    head = session.execute(
        select(AuditHead.seq, AuditHead.hash).where(AuditHead.id == _HEAD_ID).with_for_update()
    ).one()
    entry = AuditEntry(
        seq=head.seq + 1,
        at=now,
        actor_id=actor_id,
        action=action,
        subject=subject,
        details=json.dumps(dict(details or {}), sort_keys=True, ensure_ascii=False),
        previous_hash=head.hash,
    )
    entry.hash = _hash(entry)
    session.add(entry)
    session.execute(
        update(AuditHead)
        .where(AuditHead.id == _HEAD_ID)
        .values(seq=entry.seq, hash=entry.hash)
        .execution_options(synchronize_session=False)
    )
    session.flush()


def verify_chain(session: Session) -> ChainReport:
    """Read the whole log and find the first line that was altered, taken out or cut off."""
    previous, count = _GENESIS, 0
    lines = select(*AuditEntry.__table__.c).order_by(AuditEntry.seq)
    with session.execute(lines.execution_options(yield_per=500)) as rows:
        for entry in rows:
            count += 1
            fits = entry.seq == count and entry.previous_hash == previous
            if not fits or entry.hash != _hash(entry):
                return ChainReport(count, entry.seq)
            previous = entry.hash
    head = session.execute(select(AuditHead.seq, AuditHead.hash)).one_or_none()
    expected = (0, _GENESIS) if head is None else (head.seq, head.hash)
    if expected != (count, previous):
        return ChainReport(count, count + 1)
    return ChainReport(count, None)


def _hash(entry: AuditEntry | Row[Any]) -> str:
    parts = (
        # as the database will give it back, whatever zone the caller thinks in
        entry.previous_hash, entry.seq, entry.at.astimezone(UTC).isoformat(timespec="milliseconds"),
        entry.actor_id, entry.action, entry.subject, entry.details,
    )  # fmt: skip
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
