"""Who names a photo: all places in the database where its hash may stand.

Two kinds of places. By index: the evidence that activities name now, whatever their status;
uploads that have begun; previews. And the records: every column of every other table that is wide
enough to hold a hash, read as text and searched for 64 hex digits. That covers the history,
conflicts, decisions, operations kept whole, what activities hold of newer apps, leaflets, the
audit log, and whatever table is added later; a hash that only looks like one keeps a photo, too.
Records only grow, except for documents of feeds, in which drafts lie: those are asked each time.
Not here: what becomes of a photo that nothing names (`collecting`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    String,
    Table,
    Text,
    cast,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from server.activities.models import ActivityEvent, ActivityEvidence, OperationLog
from server.activities.waiting_models import ParkedOperation
from server.change_feed.models import FeedDocument
from server.database import Base
from server.database.among import among
from server.devices.models import Device
from server.evidence.models import Preview, Upload
from server.http.transaction import reading

HASH_LENGTH = 64
#: Rows of a table of records read in one transaction.
_ROWS = 2000
#: PostgreSQL may commit events after others with higher numbers; so many numbers later it won't.
_EVENTS_BACK = 5000
#: Clocks of several web machines may differ by so much, and a request lasts some time.
_CLOCKS_APART = timedelta(minutes=10)

#: Asked by index, or made of what is read elsewhere; scans are of readers, who send no photos.
EXEMPT = frozenset({
    "photo", "upload", "preview", "activity_evidence", "activity_count", "scan", "scan_agent",
    "scan_count", "scan_readers", "scan_salt", "alembic_version",
})  # fmt: skip

_HASHES = re.compile(rf"[0-9a-f]{{{HASH_LENGTH},}}")
_LINKED = select(ActivityEvidence.sha256).where(among(ActivityEvidence.__table__.c.sha256, "names"))
_BEGUN = select(Upload.sha256).where(
    among(Upload.__table__.c.sha256, "names"), Upload.settled_at.is_(None)
)
_PREVIEWED = select(Preview.sha256).where(among(Preview.__table__.c.sha256, "names"))


@dataclass(frozen=True, slots=True)
class Beginning:
    """When a reading of the records began, so that what came meanwhile can be looked at."""

    at: datetime
    event_id: int


def hashes_in(text: str) -> set[str]:
    """Whatever may be a hash in `text`."""
    found: set[str] = set()
    for run in _HASHES.findall(text):
        found.update(run[at : at + HASH_LENGTH] for at in range(len(run) - HASH_LENGTH + 1))
    return found


def by_index(session: Session, sha256s: Iterable[str]) -> set[str]:
    """Those that an activity names now, or that somebody is sending."""
    names = list(sha256s)
    found: set[str] = set()
    for statement in (_LINKED, _BEGUN, _PREVIEWED):
        found.update(session.connection().execute(statement, {"names": names}).scalars())
    return found


def in_drafts() -> set[str]:
    """Every hash in documents of feeds; drafts that phones back up lie there."""
    found: set[str] = set()
    for text in _texts(FeedDocument.__table__):  # type: ignore[arg-type]
        found |= hashes_in(text)
    return found


def in_records(sha256s: Iterable[str]) -> set[str]:
    """Those that stand anywhere in the records. Reads them all, page by page, each page a
    transaction of its own: a matter of minutes in a large house."""
    wanted, found = set(sha256s), set[str]()
    for table in tables_of_records():
        for text in _texts(table):
            found |= hashes_in(text) & wanted
    return found


def begin(session: Session, now: datetime) -> Beginning:
    """Call it before the records are read."""
    last = session.scalar(select(func.max(ActivityEvent.id))) or 0
    is_postgres = session.get_bind().dialect.name == "postgresql"
    return Beginning(now, last - _EVENTS_BACK if is_postgres else last)


def in_late_records(session: Session, beginning: Beginning) -> set[str]:
    """Every hash in what has been recorded since: whatever an operation does leaves an event, and
    one that does nothing is kept whole. Within the transaction that forgets photos."""
    events = select(cast(ActivityEvent.detail, Text)).where(ActivityEvent.id > beginning.event_id)
    # a list first: joined, SQLite would walk the whole log
    ids = select(ParkedOperation.id).where(
        ParkedOperation.received_at > beginning.at - _CLOCKS_APART
    )
    parked = select(cast(OperationLog.body, Text)).where(OperationLog.id.in_(ids))
    found: set[str] = set()
    for statement in (events, parked):
        for text in session.scalars(statement):
            found |= hashes_in(text or "")
    return found


def awaited(session: Session, sha256s: Iterable[str], revoked_by: datetime) -> set[str]:
    """Those delivered by a phone that said when it last came that it holds operations which have
    not: one of them may name the photo, and the phone won't send it twice."""
    brought = session.execute(
        select(Upload.sha256, Upload.device_id)
        .where(Upload.sha256.in_(list(sha256s)), Upload.device_id.is_not(None))
    ).all()  # fmt: skip
    rows = session.execute(
        select(Device.id, Device.unsent)
        .where(Device.id.in_({device_id for _, device_id in brought}))
        .where(Device.revoked_at.is_(None) | (Device.revoked_at > revoked_by))
    )
    holding = {id for id, unsent in rows if unsent and unsent.get("operations")}
    return {sha256 for sha256, device_id in brought if device_id in holding}


def tables_of_records() -> list[Table]:
    """All tables that may name a photo and have no index to ask."""
    tables = Base.metadata.sorted_tables
    return [table for table in tables if table.name not in EXEMPT and _wide_columns(table)]


def _wide_columns(table: Table) -> list[ColumnElement[Any]]:
    return [
        column
        for column in table.columns
        if isinstance(column.type, JSON)
        or (isinstance(column.type, String) and (column.type.length or HASH_LENGTH) >= HASH_LENGTH)
    ]


def _texts(table: Table) -> Iterator[str]:
    """The wide columns of all rows, page by page in the order of the key."""
    keys = list(table.primary_key.columns)
    assert keys, f"{table.name} has no key to walk by"
    columns = [cast(column, Text) for column in _wide_columns(table)]
    page = first = select(*keys, *columns).order_by(*keys).limit(_ROWS)
    while True:
        with reading() as session:
            rows = session.execute(page).all()
        for row in rows:
            yield "\n".join(text for text in row[len(keys) :] if text)
        if len(rows) < _ROWS:
            return
        last = zip(keys, rows[-1], strict=False)
        after = tuple_(*(literal(value, key.type) for key, value in last))
        page = first.where(tuple_(*keys) > after)
