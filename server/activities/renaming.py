"""Stored activities under the names that their kind's fields bear today, after a new release.

Whatever is written is renamed on the way (`batch`); but what nobody writes again is read too, by
phones, reviewers and exports, who know today's names only. So `loa init` renames the rest, some at
a time. The version stays, for nothing was changed that anybody wrote; the digest and the number in
the feed move, so that phones read the rows again. Not here: which fields were renamed
(`catalogue/kinds`), operations of older apps (`sync.upcast`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Table, bindparam, select, update
from sqlalchemy.orm import Session

from server import catalogue
from server.activities.models import Activity, Conflict
from server.activities.rows import columns_of, record_of
from server.catalogue import Kind
from server.change_feed import operations as change_feed
from sync.upcast import upcast_record

_activities: Table = Activity.__table__  # type: ignore[assignment]
_conflicts: Table = Conflict.__table__  # type: ignore[assignment]

#: Activities in one transaction: as many as a phone's largest batch, whose locks nobody notices.
RENAMED_MAX = 200
_WRITTEN = ("fields", "sets", "extra", "kind_version", "digest")


def rename_some(session: Session, limit: int = RENAMED_MAX) -> int:
    """Rename at most `limit` activities; returns how many. 0: all bear today's names.

    One call a transaction.
    """
    for kind in catalogue.kinds().values():
        if not kind.renamed:
            continue
        rows = session.connection().execute(
            select(_activities)
            .where(_activities.c.kind == kind.id, _activities.c.kind_version < max(kind.renamed))
            .order_by(_activities.c.id)
            .limit(limit)
            .with_for_update()
        ).all()  # fmt: skip
        if rows:
            _rename(session, kind, rows)
            return len(rows)
    return 0


def _rename(session: Session, kind: Kind, rows: Sequence[Row[Any]]) -> None:
    connection = session.connection()
    for row in rows:
        record = upcast_record(record_of(row), kind.history)
        columns = {name: columns_of(record)[name] for name in _WRITTEN}
        connection.execute(
            update(_activities)
            .where(_activities.c.id == row.id)
            .values(**columns, seq=change_feed.UNSTAMPED)
        )
        change_feed.mark(session, _activities, row.scope, row.id, row.version, row.version)
    _rename_conflicts(session, kind, {row.id: row.kind_version for row in rows})


def _rename_conflicts(session: Session, kind: Kind, versions: dict[str, int]) -> None:
    """What is kept beside the record names its fields, too."""
    connection = session.connection()
    found = connection.execute(
        select(_conflicts.c.id, _conflicts.c.activity_id, _conflicts.c.field_values).where(
            _conflicts.c.activity_id.in_(sorted(versions)), _conflicts.c.resolved_at.is_(None)
        )
    ).all()
    for row in found:
        names = kind.history.names_since(versions[row.activity_id])
        values = [
            {**value, "field": names.get(value["field"], value["field"])}
            for value in row.field_values
        ]
        connection.execute(
            update(_conflicts)
            .where(_conflicts.c.id == bindparam("conflict_id"))
            .values(field_values=values),
            {"conflict_id": row.id},
        )
