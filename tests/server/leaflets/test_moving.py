"""A commune is merged away: its print runs are the successor's, on phones too."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server import clock
from server.change_feed.operations import ScopeMoved
from server.http.actor import SYSTEM
from server.leaflets import moving, orders, queries, runs
from server.leaflets.orders import Order
from server.problems import ProblemError
from server.soundness.feeds import examine_feeds
from tests.factories.accounts import PROVINCE, make_account, sign_in
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


def test_runs_made_in_the_moment_of_the_merger_are_made_for_the_successor(
    client: FlaskClient, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = sign_in(client, session, now, make_account(session, now, "planner", PROVINCE))
    version = make_version(session, now)
    order = Order(1, OLD, 500, "", date(2026, 11, 1), date(2026, 12, 31))
    looked_before = orders.place(session, SYSTEM, [order], now.date(), orders.Troubles())
    carry_out(session, now)
    looks = iter([looked_before])

    def late(*asked: Any, **named: Any) -> list[orders.Placed]:
        return next(looks, None) or orders.place(*asked, **named)

    monkeypatch.setattr(runs, "place", late)
    wanted = {"unit": OLD, "copies": 500, "period_from": "2026-11-01", "period_to": "2026-12-31"}
    answer = client.post(
        "/api/v1/print-runs", json={"version": version.id, "runs": [wanted]}, headers=headers
    )
    assert answer.status_code == 201, answer.text
    (made,) = answer.get_json()["items"]
    session.rollback()
    found = queries.list_runs(session, queries.RunFilter(SYSTEM.area, now.date()), None, 9)
    assert [(row.run.id, row.run.commune_id) for row in found] == [(made["id"], NEW)]
    assert examine_feeds(session).faults == []


@pytest.mark.usefixtures("app")
def test_who_is_always_too_late_hears_that_the_server_is_busy() -> None:
    def too_late(_: Session) -> None:
        raise ScopeMoved(f"commune:{OLD}")

    with pytest.raises(ProblemError, match="overloaded"):
        moving.despite_moves(too_late)
