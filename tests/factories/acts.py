"""Acts over communes, for tests: what would stand in the file of `loa places change`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from server.activities import moving
from server.http.actor import SYSTEM
from server.places.acts import read_act
from server.places.recording import record_act

#: Ba Đình takes in Ngọc Hà: the one goes on under its code, the other ends.
MERGER = """
basis: 12/NQ-UBTVQH17
date: 2026-11-20
changes:
  - merge: [c-00004-2025, c-00008-2025]
    into: {code: "00004", name: Ba Đình, type: phường}
"""
#: Both end in a new one.
NEW_MERGER = MERGER.replace('"00004"', '"99990"')
#: Ngọc Hà is divided; what was done so far belongs to the first part.
DIVISION = """
basis: 13/NQ-UBTVQH17
date: 2026-11-20
changes:
  - split: c-00008-2025
    into:
      - {code: "99991", name: Ngọc Hà Đông, type: phường}
      - {code: "99992", name: Ngọc Hà Tây, type: phường}
    heir: "99991"
"""
RENAMING = """
date: 2026-11-20
changes:
  - rename: c-00008-2025
    name: Ngọc Khánh
  - rename: p-04-2025
    type: thành phố
"""


def record(session: Session, now: datetime, text: str) -> bool:
    """Record an act; committed."""
    done = record_act(session, now, read_act(text, "act.yaml"))
    session.commit()
    return done


def carry_out(session: Session, now: datetime, text: str = MERGER, limit: int = 200) -> int:
    """Record an act, carry it out and move everything; returns how many activities moved."""
    record(session, now, text)
    moving.carry_out_due(session, SYSTEM, now)
    session.commit()
    moved = 0
    while (some := moving.move_some(session, now, limit)) is not None:
        session.commit()
        moved += some
    session.rollback()
    return moved
