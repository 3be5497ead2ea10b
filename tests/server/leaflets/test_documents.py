"""What phones hear of print runs: in the feed of their commune, beside its activities."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server import clock
from server.http.actor import SYSTEM
from server.leaflets import documents, runs
from server.leaflets.models import PrintRun
from server.leaflets.orders import Order
from tests.factories.accounts import COMMUNE, PROVINCE
from tests.factories.activities import SCOPE, Phone, make_phone
from tests.factories.leaflets import make_version

FIRST, LAST = date(2026, 11, 1), date(2026, 12, 31)


def make(
    session: Session, now: datetime, law_date: date = date(2026, 7, 1), unit: str = COMMUNE
) -> PrintRun:
    version = make_version(session, now, law_date=law_date)
    order = Order(1, unit, 500, "Chợ", FIRST, LAST)
    _, (run,) = runs.make(session, SYSTEM, now, version.id, [order], confirm_outdated=True)
    session.commit()
    return run


def told(phone: Phone, scope: str = SCOPE) -> dict[str, object]:
    rows = phone.replica.scopes[scope].rows
    return {id: row.get("body") for id, row in rows.items() if row.get("type") == "print_run"}


def test_phones_of_the_commune_hear_of_it_page_by_page(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now)
    for _ in range(3):
        phone.record()
    phone.sync(rounds=3)
    made = [make(session, now) for _ in range(3)]
    for _ in range(8):
        phone.sync(rows=2)
    assert set(told(phone)) == {f"print_run:{run.id}" for run in made}
    assert phone.replica.rereads == 0, "the digest covers documents as well"
    runs.stop(session, SYSTEM, now, made[0].id)
    session.commit()
    phone.sync(rounds=2)
    body = told(phone)[f"print_run:{made[0].id}"]
    assert isinstance(body, dict)
    assert body["status"] == "stopped"
    assert len(phone.replica.activities()) == 3


@pytest.mark.parametrize("unit", [PROVINCE, "vn"])
def test_a_commune_s_phone_knows_the_runs_of_its_province_and_of_the_nation(
    client: FlaskClient, session: Session, now: datetime, unit: str
) -> None:
    run = make(session, now, unit=unit)
    id = f"print_run:{run.id}"
    phone = make_phone(client, session, now)
    phone.sync(rounds=2)
    body = told(phone, "reference")[id]
    assert isinstance(body, dict)
    assert (body["code"], body["commune"], body["status"]) == (run.code, None, "active")
    assert told(phone) == {}, "once, not in each commune's feed as well"
    runs.stop(session, SYSTEM, now, run.id)
    session.commit()
    phone.sync(rounds=2)
    assert told(phone, "reference")[id]["status"] == "stopped"  # type: ignore[index]
    much_later = datetime.combine(LAST, datetime.min.time(), clock.VIETNAM)
    documents.refresh(session, much_later + documents.KEPT_AFTER + timedelta(days=2))
    session.commit()
    phone.sync(rounds=2)
    assert told(phone, "reference") == {}
    assert phone.replica.rereads == 0


def test_time_makes_outdated_and_takes_away(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    before = datetime(2026, 6, 30, 3, 0, tzinfo=now.tzinfo)
    run = make(session, before, law_date=date(2025, 7, 1))
    phone = make_phone(client, session, now)
    phone.sync(rounds=2)
    id = f"print_run:{run.id}"
    assert told(phone)[id]["outdated"] is False  # type: ignore[index]
    assert told(phone)[id]["outdated_from"] == "2026-07-01"  # type: ignore[index]
    assert not documents.is_stale(session, before)
    assert documents.is_stale(session, now)
    documents.refresh(session, now)
    session.commit()
    phone.sync(rounds=2)
    assert told(phone)[id]["outdated"] is True  # type: ignore[index]
    long_after = datetime.combine(LAST, datetime.min.time(), clock.VIETNAM)
    much_later = long_after + documents.KEPT_AFTER + timedelta(days=2)
    assert documents.is_stale(session, much_later)
    documents.refresh(session, long_after + documents.KEPT_AFTER + timedelta(days=2))
    session.commit()
    phone.sync(rounds=2)
    assert told(phone) == {}
    assert phone.replica.rereads == 0
