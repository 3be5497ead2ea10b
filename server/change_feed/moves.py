"""Rows that go from one scope to another: redirects of whole scopes, and what rows leave behind.

A row lies in one live scope. When it goes to another, both counters are raised in the one
transaction, both digests are right at its end, and the old scope keeps `gone` with `moved_to`.
Not here: which row goes where (`places`, `activities.moving`), and writing the row itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, bindparam, delete, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.change_feed import operations
from server.change_feed.models import FeedDocument, FeedMove, FeedScope

_scopes: Table = FeedScope.__table__  # type: ignore[assignment]
_moves: Table = FeedMove.__table__  # type: ignore[assignment]
_documents: Table = FeedDocument.__table__  # type: ignore[assignment]

#: No chain of mergers is longer; a circle ends here.
_CHAIN_MAX = 20


@dataclass(frozen=True, slots=True)
class Move:
    """A row of `type` that leaves `old` for `new` at the same version."""

    type: str
    id: str
    version: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where a scope's rows are now, or go; `emptied` once none is left behind on the way.

    `through`: the scopes between in which some may still be; `past`: those that are empty.
    `steps`: how many redirects lead there.
    """

    to: str
    emptied: bool
    through: tuple[str, ...] = ()
    steps: int = 1
    past: tuple[str, ...] = ()


_NOT_YET = Redirect("", emptied=True, steps=0)


def redirect(session: Session, old: str, new: str) -> None:
    """Let nothing new into `old` from this commit on; its rows go to `new`, as the mover comes to
    them. The same again changes nothing."""
    assert old != new, old
    operations.lock_scopes(session, [old, new])
    session.connection().execute(
        update(_scopes).where(_scopes.c.name == old).values(redirect_to=new)
    )


def note_emptied(session: Session, scope: str, now: datetime) -> None:
    """Nothing is left in a redirected scope: its phones may let go of it."""
    session.connection().execute(
        update(_scopes)
        .where(_scopes.c.name == scope, _scopes.c.emptied_at.is_(None))
        .values(emptied_at=now)
    )


def record(session: Session, moves: Sequence[Move]) -> list[int]:
    """Take the rows out of their old scopes and into the new; returns each one's `seq` there.

    To be called once, as one of the transaction's last statements, like `operations.take`; the
    caller then writes the rows with these numbers.
    """
    if not moves:
        return []
    changes = [operations.Change(move.old, move.id, move.version, None) for move in moves]
    changes += [operations.Change(move.new, move.id, None, move.version) for move in moves]
    numbers = operations.take(session, changes)
    left, come = numbers[: len(moves)], numbers[len(moves) :]
    connection = session.connection()
    # A row that comes back is there, not gone.
    connection.execute(
        delete(_moves).where(
            tuple_(_moves.c.scope, _moves.c.row_id).in_([(move.new, move.id) for move in moves])
        )
    )
    upsert = postgresql if connection.dialect.name == "postgresql" else sqlite
    insertion = upsert.insert(_moves)
    connection.execute(
        insertion.on_conflict_do_update(
            index_elements=["scope", "row_id"],
            set_={name: insertion.excluded[name] for name in ("type", "seq", "moved_to")},
        ),
        [
            {"scope": move.old, "row_id": move.id, "type": move.type, "seq": seq,
             "moved_to": move.new}
            for move, seq in zip(moves, left, strict=True)
        ],
    )  # fmt: skip
    for scope in sorted({move.old for move in moves}):
        last = max(seq for move, seq in zip(moves, left, strict=True) if move.old == scope)
        connection.execute(update(_scopes).where(_scopes.c.name == scope).values(moved_seq=last))
    return come


def move_documents(session: Session, old: str, new: str, limit: int) -> int:
    """Let at most `limit` documents of `old` lie in `new` as they are; returns how many did.

    To be called as one of the transaction's last statements, like `record`.
    """
    connection = session.connection()
    columns = _documents.c
    rows = connection.execute(
        select(columns.id, columns.type, columns.version)
        .where(columns.scope == old, columns.gone.is_(False))
        .order_by(columns.id)
        .limit(limit)
        .with_for_update()
    ).all()
    if not rows:
        return 0
    here = columns.id.in_([row.id for row in rows])
    # unstamped first: the number in the new feed may happen to be that in the old one
    connection.execute(update(_documents).where(here).values(scope=new, seq=operations.UNSTAMPED))
    numbers = record(session, [Move(row.type, row.id, row.version, old, new) for row in rows])
    connection.execute(
        update(_documents).where(columns.id == bindparam("row_id")).values(seq=bindparam("new")),
        [{"row_id": row.id, "new": seq} for row, seq in zip(rows, numbers, strict=True)],
    )
    return len(rows)


def moved_after(session: Session, scope: str, cursor: int, limit: int) -> Sequence[Row[Any]]:
    """What left `scope` beyond `cursor`, by seq."""
    return (
        session.connection()
        .execute(
            select(_moves)
            .where(_moves.c.scope == scope, _moves.c.seq > cursor)
            .order_by(_moves.c.seq)
            .limit(limit)
        )
        .all()
    )


def redirects(session: Session, scopes: Iterable[str]) -> dict[str, Redirect]:
    """Where each redirected scope among `scopes` leads in the end."""
    found: dict[str, Redirect] = {}
    ahead = {scope: scope for scope in scopes}  # scope asked for -> how far it was followed
    for _ in range(_CHAIN_MAX):
        wanted = sorted(set(ahead.values()))
        if not wanted:
            break
        rows = session.connection().execute(
            select(_scopes.c.name, _scopes.c.redirect_to, _scopes.c.emptied_at)
            .where(_scopes.c.name.in_(wanted), _scopes.c.redirect_to.is_not(None))
        )  # fmt: skip
        step = {row.name: row for row in rows}
        for scope, here in list(ahead.items()):
            row = step.get(here)
            if row is None:
                del ahead[scope]
                continue
            before = found.get(scope, _NOT_YET)
            emptied = row.emptied_at is not None
            still = (here,) if here != scope and not emptied else ()
            past = (here,) if here != scope and emptied else ()
            found[scope] = Redirect(
                row.redirect_to, before.emptied and emptied, before.through + still,
                before.steps + 1, before.past + past,
            )  # fmt: skip
            ahead[scope] = row.redirect_to
    return found


def redirected(session: Session) -> list[tuple[str, str]]:
    """`(old scope, where it leads next)` of all redirects whose rows have not all gone yet."""
    rows = session.connection().execute(
        select(_scopes.c.name, _scopes.c.redirect_to)
        .where(_scopes.c.redirect_to.is_not(None), _scopes.c.emptied_at.is_(None))
        .order_by(_scopes.c.name)
    )  # fmt: skip
    return [(row.name, row.redirect_to) for row in rows]
