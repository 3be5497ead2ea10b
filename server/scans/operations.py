"""The only writer of scans: a batch of sightings becomes rows and counts in one transaction.

Each statement takes the whole batch, so a scan costs no statement and no commit of its own. Not
here: gathering batches (`recorder`), what counts (`classify`), calls asked for (`call_backs`).
"""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, and_, case, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server import clock
from server.database.among import among
from server.database.bulk import insert_all
from server.database.upsert import insert_or_ignore
from server.scans import classify
from server.scans.classify import COUNTED, Reason
from server.scans.models import Scan, ScanAgent, ScanCount, ScanSalt
from server.scans.readers import LOOKS, SALT_BYTES, Looks, Reader, reader_of

_scans: Table = Scan.__table__  # type: ignore[assignment]
_counts: Table = ScanCount.__table__  # type: ignore[assignment]
_agents: Table = ScanAgent.__table__  # type: ignore[assignment]
_salts: Table = ScanSalt.__table__  # type: ignore[assignment]

Counts = Counter[tuple[str, date, Reason]]


@dataclass(frozen=True, slots=True)
class Sighting:
    """A request for a run's page, as long as it is only in memory: here the address still is.

    `id` is given when it is seen, so that a batch written twice is written once.
    """

    id: str
    run_id: str
    at: datetime
    address: str
    accept_language: str
    facts: dict[str, Any]


def record(session: Session, sightings: Sequence[Sighting], *, tried_before: bool = False) -> None:
    """Write a batch. `tried_before` when nobody knows whether an earlier try was committed."""
    if not sightings or (tried_before and _is_written(session, sightings)):
        return
    salts = _salts_of(session, {_day(one) for one in sightings})
    readers = [_reader(one, salts[_day(one)]) for one in sightings]
    looks = _looks(session, sightings, readers)
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    counts: Counts = Counter()
    for one, reader in zip(sightings, readers, strict=True):
        row = _row(one, reader, looks)
        counts[row["run_id"], row["day"], row["reason"]] += 1
        # who asks a thousand times a second is not to fill the disk with a thousand rows
        alike = rows.setdefault(_likeness(row), row)
        if alike is not row:
            alike["amount"] += 1
            alike["at"] = max(alike["at"], row["at"])
    _keep_agents(session, {one.facts["agent"] for one in sightings if one.facts.get("agent")})
    insert_all(session.connection(), {_scans: list(rows.values())})
    add_counts(session, counts)


def forget_salts(session: Session, today: date) -> None:
    """Take away the salts of days that are over; from then on their keys lead to nobody."""
    session.execute(delete(_salts).where(_salts.c.day < today))


def add_counts(session: Session, counts: Counts) -> None:
    """Add to what is counted already."""
    if not counts:
        return
    postgres = session.get_bind().dialect.name == "postgresql"
    # one order for all, so that two processes never wait for each other
    rows = [
        {"run_id": run_id, "day": day, "reason": reason, "amount": amount}
        for (run_id, day, reason), amount in sorted(counts.items())
    ]
    statement = (postgresql if postgres else sqlite).insert(_counts).values(rows)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["run_id", "day", "reason"],
            set_={"amount": _counts.c.amount + statement.excluded.amount},
        )
    )


def agent_id(agent: str) -> str:
    """The id under which an agent's words are kept."""
    return hashlib.sha256(agent.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _day(one: Sighting) -> date:
    return clock.today_in_vietnam(one.at)


def _reader(one: Sighting, salt: bytes) -> Reader:
    return reader_of(salt, one.address, one.facts.get("agent", ""), one.accept_language)


def _row(one: Sighting, reader: Reader, looks: Looks) -> dict[str, Any]:
    rules = classify.rules()
    verdict = rules.judge(one.facts | looks.before(one.run_id, reader.key, one.at))
    looks.note(one.run_id, reader.key, one.at, verdict.reason)
    agent = one.facts.get("agent")
    return {
        "id": one.id, "run_id": one.run_id, "at": one.at, "day": _day(one),
        "reason": verdict.reason, "rule": verdict.rule, "rules_version": rules.version,
        "language": one.facts.get("language"), "agent_id": agent_id(agent) if agent else None,
        "facts": {name: value for name, value in one.facts.items() if name != "agent"},
        "reader": reader.key, "reader_group": reader.group, "in_app": reader.in_app, "amount": 1,
    }  # fmt: skip


def _likeness(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Rows that share it say the same. The reader tells agent and language apart already."""
    return (row["run_id"], row["reader"], row["rule"], str(row["day"]), repr(row["facts"]))


def _is_written(session: Session, sightings: Sequence[Sighting]) -> bool:
    """Whether the batch is there: it was one transaction, so any row of it tells of all."""
    ids = [one.id for one in sightings]
    found = select(_scans.c.id).where(among(_scans.c.id, "ids")).limit(1)
    return session.connection().execute(found, {"ids": ids}).first() is not None


def _salts_of(session: Session, days: Iterable[date]) -> dict[date, bytes]:
    found = {}
    for day in days:
        wanted = select(_salts.c.salt).where(_salts.c.day == day)
        if session.execute(wanted).scalar_one_or_none() is None:
            fresh = secrets.token_hex(SALT_BYTES)
            session.execute(insert_or_ignore(session, ScanSalt, day=day, salt=fresh))
        # read again: of two processes at once the first one's stays
        found[day] = bytes.fromhex(session.execute(wanted).scalar_one())
    return found


def _looks(session: Session, sightings: Sequence[Sighting], readers: Sequence[Reader]) -> Looks:
    """When these readers looked before, and how often that counted."""
    looks = Looks()
    counted = func.sum(case((_scans.c.reason.in_(sorted(COUNTED)), _scans.c.amount), else_=0))
    rows = session.connection().execute(
        select(_scans.c.run_id, _scans.c.reader, func.max(_scans.c.at).label("last"),
               counted.label("counted"))
        .where(and_(among(_scans.c.run_id, "runs"), among(_scans.c.reader, "readers"),
                    _scans.c.reason.in_(sorted(LOOKS))))
        .group_by(_scans.c.run_id, _scans.c.reader),
        {"runs": sorted({one.run_id for one in sightings}),
         "readers": sorted({one.key for one in readers})},
    )  # fmt: skip
    for row in rows:
        looks.remember(row.run_id, row.reader, row.last, int(row.counted))
    return looks


def _keep_agents(session: Session, agents: set[str]) -> None:
    rows = [{"id": agent_id(one), "text": one} for one in sorted(agents)]
    if not rows:
        return
    postgres = session.get_bind().dialect.name == "postgresql"
    statement = (postgresql if postgres else sqlite).insert(_agents).values(rows)
    session.execute(statement.on_conflict_do_nothing())
