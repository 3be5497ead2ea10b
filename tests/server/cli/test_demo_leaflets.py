"""The demo's leaflets and runs: enough for every screen, one of them older than the law."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server import clock
from server.cli import demo_leaflets
from server.leaflets import documents, queries, runs
from server.leaflets.orders import Order
from tests.factories.accounts import PROVINCE, make_account
from tests.factories.activities import actor_of
from tests.factories.leaflets import make_version
from tests.factories.places import HANOI_COMMUNES


def test_leaflets_and_runs(session: Session, now: datetime) -> None:
    planner = actor_of(session, make_account(session, now, "planner", PROVINCE), now)
    told = demo_leaflets.tell(session, planner, HANOI_COMMUNES, PROVINCE, now)
    session.commit()
    runs = [run for run, _ in told]
    leaflets = queries.leaflets(session, planner.area, ["01"])
    assert len({one.title_id for one in leaflets}) == 5
    assert len(runs) == 4 * len(HANOI_COMMUNES) + 4
    assert len({run.code for run in runs}) == len(runs)
    rows = {row.run.id: row for row in queries.runs_of(session, [run.id for run in runs])}
    bodies = [documents.body_of(rows[run.id], now) for run in runs]
    assert {body["status"] for body in bodies} == {"active", "stopped"}
    outdated = [body for body in bodies if body["outdated"]]
    assert {body["law_date"] for body in outdated} == {"2025-07-01"}
    today = clock.today_in_vietnam(now)
    assert all(run.period_from <= today for run in runs)
    redirected = [row for row in rows.values() if row.printed.id != row.shown.id]
    assert [(row.printed.number, row.shown.number) for row in redirected] == [(1, 2)]


def test_the_same_seed_prints_the_same_codes(session: Session, now: datetime) -> None:
    """A second installation's paper fits the first one's; real runs have no such chance."""
    planner = actor_of(session, make_account(session, now, "planner", PROVINCE), now)

    def codes(seed: int, day: datetime) -> list[str]:
        told = demo_leaflets.tell(session, planner, HANOI_COMMUNES, PROVINCE, day, seed)
        found = [run.code for run, _ in told]
        session.rollback()
        return found

    session.commit()
    first = codes(1, now)
    assert codes(1, now + timedelta(days=3)) == first
    assert not set(codes(2, now)) & set(first)
    version = make_version(session, now)
    order = Order(1, PROVINCE, 10, "", now.date(), now.date() + timedelta(days=30))
    (_, (one,)), (_, (other,)) = (
        runs.make(session, planner, now, version.id, [order], confirm_outdated=True)
        for _ in range(2)
    )
    assert one.code != other.code
