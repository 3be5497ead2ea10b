"""A commune is merged away: its print runs are the successor's, on phones too."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server import clock
from server.http.actor import SYSTEM
from server.leaflets import queries, runs
from server.leaflets.orders import Order
from server.soundness.feeds import examine_feeds
from tests.factories.accounts import make_account
from tests.factories.activities import Phone
from tests.factories.acts import carry_out
from tests.factories.leaflets import make_version

OLD, NEW = "c-00008-2025", "c-00004-2025"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)


def test_runs_follow_their_commune(client: FlaskClient, session: Session, now: datetime) -> None:
    version = make_version(session, now)
    orders = [Order(n, OLD, n, "", date(2026, 11, 1), date(2026, 12, 31)) for n in range(1, 6)]
    _, made = runs.make(session, SYSTEM, now, version.id, orders)
    session.commit()
    ids = [run.id for run in made]
    phone = Phone(client, session, now, make_account(session, now, unit_id=OLD))
    phone.sync(rounds=3)
    carry_out(session, now, limit=2)
    session.rollback()
    found = [queries.run(session, id) for id in ids]
    assert {row.run.commune_id for row in found if row} == {NEW}
    assert {row.run.unit_id for row in found if row} == {OLD}, "as it was printed"
    assert examine_feeds(session).faults == []
    phone.sync(rounds=6)
    there = phone.replica.scopes[f"commune:{NEW}"].rows
    assert {f"print_run:{id}" for id in ids} <= set(there)
    runs.stop(session, SYSTEM, now, ids[0])
    session.commit()
    phone.sync(rounds=2)
    body = phone.replica.scopes[f"commune:{NEW}"].rows[f"print_run:{ids[0]}"]["body"]
    assert (body["status"], body["commune"]) == ("stopped", NEW)
    assert phone.replica.rereads == 0
