"""Feeds on the move: what an act over communes does to accounts, feeds and activities.

Carrying an act out closes the old feeds and sends the accounts along, in one transaction; from
that commit on nothing new comes in there. Then the activities follow, some at a time, so that no
lock is held for long; each lies in exactly one feed at any moment (I15). Both can be broken off
and begun again. Not here: what the act does to the units (`places.recording`), rows that phones
hold (PROTOCOL.md 2 and 7).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Table, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from server import clock
from server.accounts import successions
from server.activities.models import Activity, ActivityCount
from server.activities.rows import counts_of
from server.activities.waiting_models import ParkedOperation, PossibleDuplicate
from server.change_feed import moves
from server.change_feed import operations as change_feed
from server.http.actor import Actor
from server.leaflets import moving as print_runs
from server.places import lineages, recording

_activities: Table = Activity.__table__  # type: ignore[assignment]
_counts: Table = ActivityCount.__table__  # type: ignore[assignment]
_parked: Table = ParkedOperation.__table__  # type: ignore[assignment]
_duplicates: Table = PossibleDuplicate.__table__  # type: ignore[assignment]

#: Activities in one transaction: as many as a phone's largest batch, whose locks nobody notices.
MOVES_MAX = 200


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """What one act sent on its way: `(old scope, new scope)`, and the accounts that changed."""

    act_id: str
    redirects: tuple[tuple[str, str], ...]
    accounts: tuple[str, ...]


def carry_out_due(session: Session, actor: Actor, now: datetime) -> list[CarriedOut]:
    """Close the feeds of all acts whose day has come, and let their accounts follow.

    Call `move_some` afterwards until it says that nothing is left.
    """
    done = []
    for row in recording.due_acts(session, clock.today_in_vietnam(now), lock=True):
        effects = recording.effects_of(row)
        accounts: list[str] = []
        for lineage_id, heirs in sorted(effects.heirs.items()):
            ended = lineage_id in effects.ended
            accounts += successions.follow_units(session, actor, now, lineage_id, heirs, ended)
        recording.note_carried_out(session, row.id, now)
        redirects = [
            (lineages.scope_of(each), lineages.scope_of(effects.heirs[each][0]))
            for each in sorted(effects.ended)
        ]
        done.append(CarriedOut(row.id, tuple(redirects), tuple(dict.fromkeys(accounts))))
    for old, new in sorted(pair for act in done for pair in act.redirects):
        moves.redirect(session, old, new)  # last: it takes the lock that every writer needs
    return done


def is_waiting(session: Session, today: date) -> bool:
    """Whether an act is due, or something is still on its way."""
    return bool(recording.due_acts(session, today) or moves.redirected(session))


def move_some(session: Session, now: datetime, limit: int = MOVES_MAX) -> int | None:
    """Move at most `limit` activities out of one closed feed; returns how many.

    0 says that a feed was found empty and is done with, None that none is left. One call a
    transaction.
    """
    waiting = moves.redirected(session)
    if not waiting:
        return None
    old, _ = waiting[0]
    new = moves.redirects(session, [old])[old].to
    rows = (
        session.connection()
        .execute(
            select(_activities)
            .where(_activities.c.scope == old)
            .order_by(_activities.c.id)
            .limit(limit)
            .with_for_update()
        )
        .all()
    )
    # Another mover may have been faster while this one waited for the locks
    rows = [row for row in rows if row.scope == old]
    if not rows:
        if moved := moves.move_documents(session, old, new, limit):
            return moved
        _move_waiting(session, old, new)
        moves.note_emptied(session, old, now)
        return 0
    _move(session, rows, old, new)
    return len(rows)


def left_in(session: Session, scopes: Sequence[str]) -> dict[str, int]:
    """How many activities lie in each scope: what a dry run tells."""
    rows = session.connection().execute(
        select(_activities.c.scope, func.count())
        .where(_activities.c.scope.in_(list(scopes)))
        .group_by(_activities.c.scope)
    )
    found = {row[0]: row[1] for row in rows}
    return {scope: found.get(scope, 0) for scope in scopes}


def _move_waiting(session: Session, old: str, new: str) -> None:
    """What waits for a reviewer is found where the activities are by now."""
    place = _columns(session, new)
    commune = {name: place[name] for name in ("commune_id", "province_code")}
    here = old.partition(":")[2]
    connection = session.connection()
    connection.execute(update(_duplicates).where(_duplicates.c.commune_id == here).values(commune))
    connection.execute(update(_parked).where(_parked.c.commune_id == here).values(place))
    print_runs.follow(session, here, commune)


def _columns(session: Session, scope: str) -> dict[str, Any]:
    """Where an activity of `scope` lies, as rows say it."""
    unit_id = scope.partition(":")[2]
    (lineage,) = lineages.live(session, [unit_id])[unit_id]
    return {"scope": scope, "commune_id": lineage.id, "province_code": lineage.province_code}


def _move(session: Session, rows: Sequence[Row[Any]], old: str, new: str) -> None:
    """The rows, what they count for, then the counters and the rows' numbers, as in a push."""
    place = _columns(session, new)
    connection = session.connection()
    connection.execute(delete(_counts).where(_counts.c.activity_id.in_([row.id for row in rows])))
    counted = [count for row in rows for count in counts_of({**row._mapping, **place})]
    if counted:
        connection.execute(insert(_counts), counted)
    ids = [row.id for row in rows]
    # Unstamped first: the number in the new feed may happen to be that in the old one
    connection.execute(
        update(_activities)
        .where(_activities.c.id.in_(ids))
        .values(**place, seq=change_feed.UNSTAMPED)
    )
    numbers = moves.record(
        session, [moves.Move("activity", row.id, row.version, old, new) for row in rows]
    )
    connection.execute(
        update(_activities)
        .where(_activities.c.id == bindparam("row_id"))
        .values(seq=bindparam("new_seq")),
        [{"row_id": id, "new_seq": seq} for id, seq in zip(ids, numbers, strict=True)],
    )
