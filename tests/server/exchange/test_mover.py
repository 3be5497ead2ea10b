"""The day of an act comes while the server runs: everything moves, without anybody doing it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import clock
from server.accounts.models import AuditEntry
from server.activities.models import Activity
from server.change_feed import queries as change_feed
from server.exchange import mover
from server.http.actor import SYSTEM
from server.leaflets import runs
from server.leaflets.orders import Order
from server.places.models import UnitAct
from server.settings import Settings
from tests.factories.accounts import make_account
from tests.factories.activities import make_activity
from tests.factories.acts import MERGER, record
from tests.factories.leaflets import make_version
from tests.support.warm import WarmServer

OLD, NEW = "commune:c-00008-2025", "commune:c-00004-2025"


@pytest.fixture
def _today(now: datetime) -> Iterator[None]:
    with clock.frozen(now):
        yield


def where(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(Activity.scope)))


def work_in_the_old_one(session: Session, now: datetime) -> None:
    author = make_account(session, now, unit_id="c-00008-2025")
    make_activity(session, now, author, scope=OLD)


@pytest.mark.usefixtures("_today")
def test_what_is_due_moves_once(app: Flask, session: Session, now: datetime) -> None:
    work_in_the_old_one(session, now)
    assert not mover.look(app)
    record(session, now, MERGER)
    assert mover.look(app)
    assert where(session) == [NEW]
    assert not mover.look(app)


@pytest.mark.usefixtures("_today")
def test_before_its_day_nothing_moves(app: Flask, session: Session, now: datetime) -> None:
    work_in_the_old_one(session, now)
    record(session, now, MERGER.replace("2026-11-20", "2026-11-21"))
    assert not mover.look(app)
    with clock.frozen(now + timedelta(hours=14)):  # midnight in Việt Nam
        assert mover.look(app)
    assert where(session) == [NEW]


@pytest.mark.usefixtures("_today")
def test_several_processes_that_look_at_once_carry_it_out_once(
    app: Flask, session: Session, now: datetime
) -> None:
    work_in_the_old_one(session, now)
    record(session, now, MERGER)
    gate = threading.Barrier(4)
    found: list[bool] = []

    def look() -> None:
        gate.wait()
        found.append(mover.look(app))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert any(found)
    assert where(session) == [NEW]
    followed = select(func.count()).where(AuditEntry.action == "account.units_followed")
    assert session.scalar(followed) == 1


@pytest.mark.usefixtures("_today")
def test_a_database_that_is_away_ends_nothing(
    app: Flask, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    record(session, now, MERGER)
    with monkeypatch.context() as patch:
        patch.setattr(mover, "reading", lambda: 1 / 0)
        assert not mover.look(app)
    assert "communes_not_moved" in capsys.readouterr().err
    assert mover.look(app)


@pytest.mark.parametrize(
    ("at", "rest"),
    [
        ("2026-11-20T03:00:00", timedelta(hours=1)),
        ("2026-11-20T16:30:00", timedelta(minutes=30, seconds=5)),  # 23:30 in Việt Nam
        ("2026-11-20T16:59:58", timedelta(seconds=7)),
        ("2026-11-20T17:00:05", timedelta(hours=1)),
    ],
)
def test_it_looks_every_hour_and_after_midnight(at: str, rest: timedelta) -> None:
    assert mover.until_next_look(datetime.fromisoformat(at).replace(tzinfo=UTC)) == rest


def test_a_server_that_starts_moves_what_was_left(
    session: Session, settings: Settings, now: datetime, tmp_path: Path
) -> None:
    work_in_the_old_one(session, now)
    today = clock.today_in_vietnam(clock.now()).isoformat()
    record(session, now, MERGER.replace("2026-11-20", today))
    session.rollback()
    with WarmServer.prepared(tmp_path, settings.database_url) as server:
        server.start()
        for _ in range(1500):
            if where(session) == [NEW]:
                break
            time.sleep(0.02)
    assert where(session) == [NEW]
    session.rollback()
    assert session.scalar(select(UnitAct.carried_out_at)) is not None


def test_a_new_day_tells_phones_that_a_law_is_no_more(
    app: Flask, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = datetime(2026, 6, 30, 3, 0, tzinfo=now.tzinfo)
    version = make_version(session, before, law_date=date(2025, 7, 1))
    order = Order(1, "c-00004-2025", 10, "", date(2026, 6, 1), date(2026, 12, 31))
    _, (run,) = runs.make(session, SYSTEM, before, version.id, [order])
    session.commit()

    def told() -> bool:
        session.rollback()
        body: dict[str, bool] = change_feed.document_body(session, f"print_run:{run.id}")
        return body["outdated"]

    monkeypatch.setattr(clock, "now", lambda: before)
    mover.keep_leaflets_current(app)
    assert told() is False
    monkeypatch.setattr(clock, "now", lambda: now)
    mover.keep_leaflets_current(app)
    assert told() is True
