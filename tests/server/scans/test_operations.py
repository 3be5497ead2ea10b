"""A batch becomes rows, counts, agents and a salt; the salt goes with its day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.database.ids import new_id
from server.scans import operations
from server.scans.classify import facts_of
from server.scans.models import Scan, ScanAgent, ScanCount, ScanSalt
from server.scans.operations import Sighting
from tests.factories.scans import PHONE


def sighting(
    at: datetime, address: str = "27.64.8.11", run: str = "run", **headers: str
) -> Sighting:
    sent = {name.lower(): value for name, value in PHONE.items()}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    facts = facts_of("GET", sent, secure=True)
    return Sighting(new_id(at), run, at, address, sent.get("accept-language", ""), facts)


def record(session: Session, *sightings: Sighting, **how: Any) -> None:
    operations.record(session, sightings, **how)
    session.commit()


def counts(session: Session) -> dict[tuple[date, str], int]:
    rows = session.execute(select(ScanCount.day, ScanCount.reason, ScanCount.amount))
    return {(row.day, row.reason): row.amount for row in rows}


def test_counts_agree_with_rows_however_they_were_batched(session: Session, now: datetime) -> None:
    for number in range(6):
        at = now + timedelta(hours=number)
        record(session, sighting(at), sighting(at + timedelta(seconds=1)),
               sighting(at, user_agent="curl/8.5.0"))  # fmt: skip
    rows = session.execute(
        select(Scan.day, Scan.reason, func.count()).group_by(Scan.day, Scan.reason)
    )
    assert counts(session) == {(day, reason): amount for day, reason, amount in rows}
    assert counts(session) == {
        (date(2026, 11, 20), "person"): 6,
        (date(2026, 11, 20), "replay"): 6,
        (date(2026, 11, 20), "bot"): 6,
    }  # fmt: skip


def test_the_day_is_that_of_viet_nam(session: Session, now: datetime) -> None:
    record(session, sighting(now.replace(hour=17, minute=30)))
    assert list(counts(session)) == [(date(2026, 11, 21), "person")]


def test_what_a_reader_did_before_is_known_in_the_next_batch(
    session: Session, now: datetime
) -> None:
    record(session, sighting(now))
    record(session, sighting(now + timedelta(minutes=5), if_none_match='"x"'))
    record(session, sighting(now + timedelta(hours=3), if_none_match='"x"'))
    reasons = session.execute(select(Scan.reason).order_by(Scan.at)).scalars().all()
    assert reasons == ["person", "replay", "again"]


def test_a_batch_that_may_be_there_already_counts_once(session: Session, now: datetime) -> None:
    first, second = sighting(now), sighting(now, address="27.64.8.12")
    record(session, first, second)
    record(session, first, second, tried_before=True)
    record(session, sighting(now), tried_before=True)
    assert counts(session) == {
        (date(2026, 11, 20), "person"): 2, (date(2026, 11, 20), "replay"): 1,
    }  # fmt: skip


def test_agents_are_kept_once(session: Session, now: datetime) -> None:
    for number in range(3):
        record(session, sighting(now + timedelta(hours=number)))
    assert session.execute(select(ScanAgent.text)).scalars().all() == [PHONE["User-Agent"]]
    assert "agent" not in session.execute(select(Scan.facts)).scalars().first()


def test_tomorrow_the_same_phone_is_another_reader(session: Session, now: datetime) -> None:
    record(session, sighting(now))
    operations.forget_salts(session, date(2026, 11, 21))
    record(session, sighting(now + timedelta(days=1)))
    readers = session.execute(select(Scan.reader)).scalars().all()
    assert len(set(readers)) == 2
    assert session.execute(select(ScanSalt.day)).scalars().all() == [date(2026, 11, 21)]


def test_ten_thousand_replays_are_one_reader(session: Session, now: datetime) -> None:
    for batch in range(10):
        record(session, *(
            sighting(now + timedelta(seconds=batch, milliseconds=n)) for n in range(1000)
        ))  # fmt: skip
    rows = session.execute(select(Scan.reason, Scan.amount, Scan.reader)).all()
    assert counts(session) == {
        (date(2026, 11, 20), "person"): 1, (date(2026, 11, 20), "replay"): 9999,
    }  # fmt: skip
    assert len(rows) == 11, "a row for each batch, however many asked in it"
    assert len({row.reader for row in rows}) == 1


def test_an_empty_batch_is_nothing(session: Session) -> None:
    record(session)
    assert counts(session) == {}
