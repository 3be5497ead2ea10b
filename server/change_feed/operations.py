"""Giving sequence numbers: counters raised inside the writing transaction, as its last statements.

The counter's row lock is held to commit, so inside a scope the order of numbers is the order of
commits and no reader's cursor can pass a row that is still to come. Scopes are always locked in
ascending order: two writers of the same scopes cannot wait for each other. A cursor over a
sequence or a clock loses rows for ever (9 % in a measurement), so nothing else may write `seq`.

Not here: what a row holds, and who may see it (`exchange`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Table, bindparam, delete, event, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, scoped_session

from server.change_feed.models import DatabaseLife, FeedDocument, FeedScope
from server.database.among import among
from server.database.ids import new_id
from sync import digest

#: What a marked row bears in `seq` between its own statement and the stamp that follows.
UNSTAMPED = -1

_MARKS = "loa_feed_marks"
_scopes: Table = FeedScope.__table__  # type: ignore[assignment]
_documents: Table = FeedDocument.__table__  # type: ignore[assignment]

#: Scopes that are known to have a counter, by engine. Counters are never deleted.
_existing: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()

# Statements of the hot path are made once: making one costs more than running it on SQLite.
# ORDER BY below FOR UPDATE: PostgreSQL locks rows in the order in which they are sorted. SQLite
# leaves FOR UPDATE out; its only writer holds the whole file (BEGIN IMMEDIATE).
_READ_LOCKED = (
    select(_scopes.c.name, _scopes.c.seq, _scopes.c.digest, _scopes.c.redirect_to)
    .where(among(_scopes.c.name, "names"))
    .order_by(_scopes.c.name)
    .with_for_update()
)
_RAISE = (
    update(_scopes)
    .where(_scopes.c.name == bindparam("scope_name"))
    .values(seq=bindparam("new_seq"), digest=bindparam("new_digest"))
)


class ScopeMoved(Exception):
    """A row came new to a scope whose rows go to another by now. Nothing was written: roll back
    and begin again; who asks anew where its place is will hear of the other scope."""


@dataclass(frozen=True, slots=True)
class Change:
    """A row that moved in `scope`. A version is None where the row was not, or is no more, there.

    Equal versions mean the same content sent again (a photo was verified): new seq, same digest.
    """

    scope: str
    id: str
    before: int | None
    after: int | None


def mark(
    session: Session, table: Table, scope: str, id: str, before: int | None, after: int | None
) -> None:
    """Say that the row `id` of `table` changed; its `seq` is written before the commit."""
    marks: dict[tuple[str, str, str], tuple[Table, Change]]
    marks = session.info.setdefault(_MARKS, {})
    key = (table.name, scope, id)
    if key in marks:
        before = marks[key][1].before
    marks[key] = (table, Change(scope, id, before, after))


def stamp(session: Session) -> dict[str, int]:
    """Give every marked row its `seq` now; returns them by row id. The locks last to the commit."""
    marks = session.info.pop(_MARKS, None)
    if not marks:
        return {}
    session.flush()
    found = list(marks.values())
    numbers = take(session, [change for _, change in found])
    by_table: dict[Table, list[dict[str, Any]]] = {}
    for (table, change), seq in zip(found, numbers, strict=True):
        by_table.setdefault(table, []).append({"row_id": change.id, "new_seq": seq})
    connection = session.connection()
    for table, values in by_table.items():
        statement = update(table).where(table.c.id == bindparam("row_id"))
        connection.execute(statement.values(seq=bindparam("new_seq")), values)
    return {change.id: seq for (_, change), seq in zip(found, numbers, strict=True)}


def take(session: Session, changes: Sequence[Change]) -> list[int]:
    """Raise the counters and digests for `changes`; returns each one's `seq`, in the same order.

    Raises `ScopeMoved` for a new row in a scope that is redirected.
    For the hot path, whose caller then writes its rows with these numbers as the transaction's
    very last statements. Call it once a transaction: a second call may break the lock order.
    """
    if not changes:
        return []
    names = sorted({change.scope for change in changes})
    counters = _lock(session, names)
    numbers: list[int] = []
    for change in changes:
        seq, total, redirect_to = counters[change.scope]
        if redirect_to is not None and change.before is None:
            raise ScopeMoved(change.scope)  # seen only under the lock: its writer was faster
        seq += 1
        total = digest.add(total, _side(change.id, change.before), _side(change.id, change.after))
        counters[change.scope] = (seq, total, redirect_to)
        numbers.append(seq)
    session.connection().execute(
        _RAISE,
        [
            {"scope_name": name, "new_seq": seq, "new_digest": digest.to_text(total)}
            for name, (seq, total, _) in counters.items()
        ],
    )
    return numbers


def lock_scopes(session: Session, names: Sequence[str]) -> None:
    """Hold the counters of `names` to the end of the transaction; made where they are missing."""
    _lock(session, sorted(names))


def put_document(session: Session, scope: str, type: str, id: str, body: Any) -> None:
    """Let the phones of `scope` hold `body` as document `id`; nothing happens if it is equal."""
    connection = session.connection()
    row = connection.execute(
        select(_documents.c.version, _documents.c.body, _documents.c.scope, _documents.c.gone)
        .where(_documents.c.id == id)
    ).one_or_none()  # fmt: skip
    if row is None:
        values = {"id": id, "scope": scope, "type": type, "version": 1, "body": body, "gone": False}
        connection.execute(insert(_documents).values(**values, seq=UNSTAMPED))
        mark(session, _documents, scope, id, None, 1)
        return
    assert row.scope == scope, "a document does not move between scopes"
    if row.body == body and not row.gone:
        return
    connection.execute(
        update(_documents)
        .where(_documents.c.id == id)
        .values(type=type, body=body, gone=False, version=row.version + 1, seq=UNSTAMPED)
    )
    mark(session, _documents, scope, id, None if row.gone else row.version, row.version + 1)


def add_documents(session: Session, type: str, documents: Sequence[tuple[str, str, Any]]) -> None:
    """Let phones hold new documents, many at once: `(scope, id, body)` of each."""
    rows = [
        {"id": id, "scope": scope, "type": type, "version": 1, "body": body, "gone": False,
         "seq": UNSTAMPED}
        for scope, id, body in documents
    ]  # fmt: skip
    if rows:
        session.connection().execute(insert(_documents), rows)
    for row in rows:
        mark(session, _documents, row["scope"], row["id"], None, 1)


def drop_document(session: Session, id: str) -> None:
    """Take document `id` away from its phones; a tombstone stays."""
    connection = session.connection()
    row = connection.execute(
        select(_documents.c.version, _documents.c.scope, _documents.c.gone)
        .where(_documents.c.id == id)
    ).one_or_none()  # fmt: skip
    if row is None or row.gone:
        return
    connection.execute(
        update(_documents)
        .where(_documents.c.id == id)
        .values(gone=True, body=None, version=row.version + 1, seq=UNSTAMPED)
    )
    mark(session, _documents, row.scope, id, row.version, None)


def begin_life(session: Session, now: datetime) -> str:
    """Name this database's life if it has no name yet; returns the incarnation."""
    found = session.scalar(
        select(DatabaseLife.incarnation).order_by(DatabaseLife.started_at.desc())
    )
    if found is not None:
        return found
    incarnation = new_id(now)
    session.add(DatabaseLife(incarnation=incarnation, durable_through=None, started_at=now))
    session.flush()
    return incarnation


def begin_new_life(session: Session, now: datetime, durable_through: datetime) -> str:
    """The database was restored: what it holds up to `durable_through` is as phones were told.

    They read everything again under the new incarnation and offer what they kept since then.
    """
    session.execute(delete(DatabaseLife))
    incarnation = new_id(now)
    session.add(
        DatabaseLife(incarnation=incarnation, durable_through=durable_through, started_at=now)
    )
    session.flush()
    return incarnation


def promise_durable(session: Session, incarnation: str, through: datetime) -> bool:
    """A verified backup holds everything up to `through`: phones may let go of it.

    False if this database lives another life by now, or more was promised before.
    """
    done = session.execute(
        update(DatabaseLife)
        .where(
            DatabaseLife.incarnation == incarnation,
            or_(DatabaseLife.durable_through.is_(None), DatabaseLife.durable_through < through),
        )
        .values(durable_through=through)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def listen_to(sessions: scoped_session[Any]) -> None:
    """Stamp before each commit of `sessions`, and forget the marks of what is rolled back."""
    if not event.contains(sessions, "before_commit", stamp):
        event.listen(sessions, "before_commit", stamp)
        event.listen(sessions, "after_rollback", _forget)


def _lock(session: Session, names: Sequence[str]) -> dict[str, tuple[int, int, str | None]]:
    """The counters of `names` (sorted), locked to the end of the transaction; made if new."""
    bind = session.get_bind()
    known = _existing.setdefault(getattr(bind, "engine", bind), set())
    if not known.issuperset(names):
        _make_missing(session, names, known)
    found = _read_locked(session, names)
    if len(found) < len(names):  # another database stands at the same address: a restore
        known.clear()
        _make_missing(session, names, known)
        found = _read_locked(session, names)
    return found


def _make_missing(session: Session, names: Sequence[str], known: set[str]) -> None:
    """Make the counters that are not there, in order, before any other is locked.

    Whoever locks the present ones first and makes the missing ones then can wait in a circle.
    """
    connection = session.connection()
    present = connection.execute(select(_scopes.c.name).where(_scopes.c.name.in_(names)))
    known.update(present.scalars())
    new = [
        {"name": name, "seq": 0, "digest": digest.to_text(0)} for name in names if name not in known
    ]
    if new:
        upsert = postgresql if connection.dialect.name == "postgresql" else sqlite
        insertion = upsert.insert(_scopes).on_conflict_do_nothing(index_elements=["name"])
        connection.execute(insertion, new)


def _read_locked(session: Session, names: Sequence[str]) -> dict[str, tuple[int, int, str | None]]:
    rows = session.connection().execute(_READ_LOCKED, {"names": list(names)})
    return {row.name: (row.seq, digest.from_text(row.digest), row.redirect_to) for row in rows}


def _side(id: str, version: int | None) -> tuple[str, int] | None:
    return None if version is None else (id, version)


def _forget(session: Session) -> None:
    session.info.pop(_MARKS, None)
