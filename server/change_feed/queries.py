"""Reading the feed's own tables: counters, documents, the database's life."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, bindparam, select
from sqlalchemy.orm import Session

from server.change_feed.models import DatabaseLife, FeedDocument, FeedScope
from server.database.among import among

_scopes: Table = FeedScope.__table__  # type: ignore[assignment]
_documents: Table = FeedDocument.__table__  # type: ignore[assignment]
_life: Table = DatabaseLife.__table__  # type: ignore[assignment]

# Made once, for every sync runs them
_COUNTERS = select(_scopes.c.name, _scopes.c.seq, _scopes.c.digest, _scopes.c.moved_seq).where(
    among(_scopes.c.name, "names")
)
_LIFE = select(_life.c.incarnation, _life.c.durable_through).order_by(_life.c.started_at.desc())

_LAST_LIFE = _LIFE.limit(1).subquery()
_GLANCE = select(
    _LAST_LIFE.c.incarnation, _LAST_LIFE.c.durable_through,
    _scopes.c.name, _scopes.c.seq, _scopes.c.digest, _scopes.c.moved_seq,
).select_from(_LAST_LIFE.outerjoin(_scopes, among(_scopes.c.name, "names")))  # fmt: skip
_DOCUMENTS = (
    select(_documents)
    .where(_documents.c.scope == bindparam("name"), _documents.c.seq > bindparam("cursor"))
    .order_by(_documents.c.seq)
    .limit(bindparam("rows"))
)

EMPTY_DIGEST = "0" * 16


def counters(session: Session, names: Iterable[str]) -> dict[str, tuple[int, str]]:
    """`(seq, digest)` of each scope; a scope that nobody wrote to yet is `(0, "0…0")`."""
    return {name: (seq, total) for name, (seq, total, _) in heads(session, names).items()}


def heads(session: Session, names: Iterable[str]) -> dict[str, tuple[int, str, int]]:
    """As `counters`, and the `seq` of the last row that left for another scope (0: none did)."""
    wanted = list(names)
    rows = session.connection().execute(_COUNTERS, {"names": wanted})
    found = {row.name: (row.seq, row.digest, row.moved_seq) for row in rows}
    return {name: found.get(name, (0, EMPTY_DIGEST, 0)) for name in wanted}


#: Parameters of one statement, of which SQLite takes some ten thousand.
_IDS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Glance:
    """The feed at one moment. `heads` are as those of `heads`."""

    incarnation: str
    durable_through: datetime | None
    heads: Mapping[str, tuple[int, str, int]]


def glance(session: Session, names: Iterable[str]) -> Glance | None:
    """All that says whether anything is new, by one statement; None before `begin_life`."""
    wanted = list(names)
    rows = session.connection().execute(_GLANCE, {"names": wanted}).all()
    if not rows:
        return None
    found = {row.name: (row.seq, row.digest, row.moved_seq) for row in rows}
    return Glance(
        rows[0].incarnation,
        rows[0].durable_through,
        {name: found.get(name, (0, EMPTY_DIGEST, 0)) for name in wanted},
    )


def documents_after(session: Session, scope: str, cursor: int, limit: int) -> Sequence[Row[Any]]:
    """Documents of `scope` beyond `cursor`, by seq."""
    return (
        session.connection()
        .execute(_DOCUMENTS, {"name": scope, "cursor": cursor, "rows": limit})
        .all()
    )


def documents_by_id(session: Session, ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Where each of the documents lies now and what it says: `scope`, `body`, `gone`."""
    columns = _documents.c
    found: dict[str, Row[Any]] = {}
    for begin in range(0, len(ids), _IDS_AT_ONCE):
        some = list(ids[begin : begin + _IDS_AT_ONCE])
        rows = session.connection().execute(
            select(columns.id, columns.scope, columns.body, columns.gone)
            .where(columns.id.in_(some))
        )  # fmt: skip
        found |= {row.id: row for row in rows}
    return found


def live_documents(session: Session, scope: str, prefix: str) -> Sequence[Row[Any]]:
    """Ids of the documents of `scope` that begin with `prefix` and are not gone."""
    columns = _documents.c
    return (
        session.connection()
        .execute(
            select(columns.id).where(
                columns.scope == scope, columns.gone.is_(False), columns.id.startswith(prefix)
            )
        )
        .all()
    )


def document_body(session: Session, id: str) -> Any:
    """What document `id` says; None for one that is gone or never was."""
    columns = _documents.c
    statement = select(columns.body).where(columns.id == id, columns.gone.is_(False))
    return session.connection().execute(statement).scalar_one_or_none()


def life(session: Session) -> tuple[str, datetime | None] | None:
    """`(incarnation, durable_through)`; None before `begin_life`."""
    row = session.connection().execute(_LIFE).first()
    return None if row is None else (row.incarnation, row.durable_through)
