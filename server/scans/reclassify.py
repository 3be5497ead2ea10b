"""Running the present rules over the scans that older rules judged: `loa scans reclassify`.

Run by run and day by day, in the order in which people came, since some rules look at what a
reader did before. Counts follow in the same transaction as the rows of their day, so nobody sees
one without the other. Not here: the rules (`classify`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Table, delete, select, update
from sqlalchemy.orm import Session

from server.scans import classify, operations, readership
from server.scans.classify import Reason
from server.scans.models import Scan, ScanAgent, ScanCount
from server.scans.readers import Looks

_scans: Table = Scan.__table__  # type: ignore[assignment]
_agents: Table = ScanAgent.__table__  # type: ignore[assignment]
_counts: Table = ScanCount.__table__  # type: ignore[assignment]


@dataclass(slots=True)
class Outcome:
    """`looked_at` rows; `changed` from which reason to which, how often."""

    looked_at: int = 0
    changed: Counter[tuple[str, str]] = field(default_factory=Counter)


def days_of_older_rules(session: Session, *, all_rows: bool = False) -> Sequence[tuple[str, date]]:
    """Runs and days with rows that the present rules have not judged; or with any rows."""
    statement = select(_scans.c.run_id, _scans.c.day).distinct()
    if not all_rows:
        statement = statement.where(_scans.c.rules_version != classify.rules().version)
    rows = session.connection().execute(statement.order_by(_scans.c.day, _scans.c.run_id))
    return [(row.run_id, row.day) for row in rows]


def reclassify_day(session: Session, run_id: str, day: date, outcome: Outcome) -> None:
    """Judge all rows of a run's day anew, and count them anew."""
    rules = classify.rules()
    looks = Looks()
    counts: operations.Counts = Counter()
    for row in _rows(session, run_id, day):
        facts = {**row.facts, **({"agent": row.text} if row.text is not None else {})}
        verdict = rules.judge(facts | looks.before(run_id, row.reader, row.at))
        looks.note(run_id, row.reader, row.at, verdict.reason)
        counts[run_id, day, verdict.reason] += row.amount
        outcome.looked_at += row.amount
        if verdict.reason != row.reason:
            outcome.changed[row.reason, verdict.reason] += row.amount
        _store(session, row, verdict.reason, verdict.rule, rules.version)
    here = (_counts.c.run_id == run_id, _counts.c.day == day)
    session.execute(delete(_counts).where(*here))
    operations.add_counts(session, counts)
    readership.recount(session, run_id, day)


def _rows(session: Session, run_id: str, day: date) -> Sequence[Any]:
    return (
        session.connection()
        .execute(
            select(_scans.c.id, _scans.c.at, _scans.c.reason, _scans.c.rule, _scans.c.facts,
                   _scans.c.rules_version, _scans.c.reader, _scans.c.amount, _agents.c.text)
            .join(_agents, _agents.c.id == _scans.c.agent_id, isouter=True)
            .where(_scans.c.run_id == run_id, _scans.c.day == day)
            .order_by(_scans.c.at, _scans.c.id)
        )
        .all()
    )  # fmt: skip


def _store(session: Session, row: Any, reason: Reason, rule: str, version: int) -> None:
    if (row.reason, row.rule, row.rules_version) != (reason, rule, version):
        session.execute(
            update(_scans)
            .where(_scans.c.id == row.id)
            .values(reason=reason, rule=rule, rules_version=version)
        )
