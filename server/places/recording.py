"""Writing an act into the tables of places: versions closed and opened, successions, offices.

The days do the rest there: before the act's day nothing is read otherwise. Feeds and accounts go
on their way when it is carried out, on the day or later (`activities.moving`). The same act a
second time changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session

from server.places.acts import Act, Effects, work_out
from server.places.models import OfficeArea, UnitAct, UnitSuccession, UnitVersion

_units: Table = UnitVersion.__table__  # type: ignore[assignment]
_successions: Table = UnitSuccession.__table__  # type: ignore[assignment]
_acts: Table = UnitAct.__table__  # type: ignore[assignment]
_areas: Table = OfficeArea.__table__  # type: ignore[assignment]


def is_recorded(session: Session, act: Act) -> bool:
    """Whether exactly this act was recorded before."""
    found = session.connection().execute(select(_acts.c.id).where(_acts.c.id == act.id))
    return found.first() is not None


def record_act(session: Session, now: datetime, act: Act) -> bool:
    """Write the act down; False if it was recorded before. Raises ActError."""
    connection = session.connection()
    if is_recorded(session, act):
        return False
    effects = work_out(session, act)
    _close(session, effects.closes)
    connection.execute(insert(_units), effects.opens)
    connection.execute(insert(_successions), effects.links)
    for lineage_id, heirs in sorted(effects.heirs.items()):
        _hand_over_offices(session, act.date, lineage_id, heirs, lineage_id in effects.ended)
    connection.execute(
        insert(_acts).values(
            id=act.id, date=act.date, basis=act.basis, body=effects.to_json(), recorded_at=now,
            carried_out_at=None,
        )
    )  # fmt: skip
    return True


def due_acts(session: Session, today: date, *, lock: bool = False) -> list[Any]:
    """Acts whose day has come and that were not carried out: rows of `unit_act`, oldest first.

    With `lock` they are held to the end of the transaction, and those that somebody else carries
    out at this moment are left out.
    """
    statement = (
        select(_acts)
        .where(_acts.c.date <= today, _acts.c.carried_out_at.is_(None))
        .order_by(_acts.c.date, _acts.c.recorded_at)
    )
    if lock:
        statement = statement.with_for_update(skip_locked=True)
    return list(session.connection().execute(statement))


def note_carried_out(session: Session, act_id: str, now: datetime) -> None:
    """Feeds and accounts are on their way."""
    session.connection().execute(
        update(_acts).where(_acts.c.id == act_id).values(carried_out_at=now)
    )


def restore(session: Session) -> None:
    """Close again what recorded acts closed: a release of the files may not know of them."""
    for body in session.connection().execute(select(_acts.c.body)).scalars():
        closes = {unit_id: date.fromisoformat(day) for unit_id, day in body["closes"].items()}
        _close(session, closes)


def effects_of(row: Any) -> Effects:
    """Heirs and ended lineages of a recorded act."""
    return Effects(heirs=dict(row.body["heirs"]), ended=list(row.body["ended"]))


def _close(session: Session, closes: dict[str, date]) -> None:
    for unit_id, last_day in sorted(closes.items()):
        session.connection().execute(
            update(_units)
            .where(_units.c.id == unit_id, _units.c.valid_to.is_(None))
            .values(valid_to=last_day)
        )


def _hand_over_offices(
    session: Session, day: date, lineage_id: str, heirs: Iterable[str], ended: bool
) -> None:
    """Who served the old commune serves all that took its place: nobody loses sight of anything."""
    connection = session.connection()
    here = (_areas.c.commune_id == lineage_id, _areas.c.valid_to.is_(None))
    offices = list(connection.execute(select(_areas.c.office_id).where(*here)).scalars())
    for office_id in sorted(offices):
        served = set(
            connection.execute(
                select(_areas.c.commune_id)
                .where(_areas.c.office_id == office_id, _areas.c.valid_to.is_(None))
            ).scalars()
        )  # fmt: skip
        new = [
            {"office_id": office_id, "commune_id": heir, "valid_from": day, "valid_to": None}
            for heir in heirs
            if heir not in served
        ]
        if new:
            connection.execute(insert(_areas), new)
    if ended:
        connection.execute(delete(_areas).where(*here, _areas.c.valid_from >= day))
        connection.execute(update(_areas).where(*here).values(valid_to=day - timedelta(days=1)))
