"""No reader waits for the disk, and hardly a scan is lost: none at the end of a worker, none while
the database is away for a while, a second's worth when it is killed without warning."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.app import create_app
from server.database import db
from server.http.transaction import writing
from server.scans import operations, recorder
from server.scans.classify import facts_of
from server.scans.models import Scan, ScanSalt
from server.scans.operations import Sighting
from server.scans.recorder import Recorder
from server.settings import from_environment
from tests.factories.scans import PHONE, make_run
from tests.support.databases import PostgresTemplates
from tests.support.serving import LOA, ROOT, Server

BOUND_S = 1.0


def sighting(number: int, at: datetime) -> Sighting:
    headers = {name.lower(): value for name, value in PHONE.items()}
    facts = facts_of("GET", headers, secure=True)
    return Sighting(f"scan-{number}", "run", at, f"10.0.0.{number}", "vi", facts)


def written(session: Session) -> int:
    session.rollback()
    found = session.execute(select(func.coalesce(func.sum(Scan.amount), 0))).scalar_one()
    session.rollback()
    return int(found)


def test_what_is_noted_is_written_within_a_second_without_being_asked(
    app: Flask, session: Session, now: datetime
) -> None:
    noting = Recorder(app)
    noting.start()
    try:
        noting.note(sighting(1, now))
        until = time.monotonic() + BOUND_S
        while time.monotonic() < until and not written(session):
            time.sleep(0.02)
        assert written(session) == 1
    finally:
        noting.stop()


def test_an_orderly_end_writes_what_is_left(app: Flask, session: Session, now: datetime) -> None:
    noting = Recorder(app)
    noting.start()
    for number in range(3):
        noting.note(sighting(number, now))
    noting.stop()
    assert written(session) == 3


def test_many_are_written_by_few_statements(app: Flask, session: Session, now: datetime) -> None:
    noting = Recorder(app)
    statements: list[str] = []
    from sqlalchemy import event

    event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    for number in range(200):
        noting.note(sighting(number, now))
    assert noting.flush()
    assert len(statements) < 15
    assert written(session) == 200


def test_while_the_database_is_away_scans_wait_up_to_a_bound(
    app: Flask, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    noting = Recorder(app, waiting_max=5)
    dropped = recorder._DROPPED._value.get()

    def away(*_: Any, **__: Any) -> None:
        raise OSError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(operations, "record", away)
        for number in range(3):
            noting.note(sighting(number, now))
        assert not noting.flush()
        for number in range(3, 12):
            noting.note(sighting(number, now))
    assert noting.flush()
    assert written(session) == 3 + 5
    assert recorder._DROPPED._value.get() - dropped == 4


def test_a_commit_whose_answer_was_lost_counts_once(
    app: Flask, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    noting = Recorder(app)
    noting.note(sighting(1, now))

    @contextmanager
    def cut_after_the_commit() -> Iterator[Session]:
        with writing() as inner:
            yield inner
        raise OSError("the answer was lost")

    with monkeypatch.context() as patched:
        patched.setattr(recorder, "writing", cut_after_the_commit)
        assert not noting.flush()
    noting.note(sighting(2, now))
    assert noting.flush()
    assert written(session) == 2


def test_yesterdays_salt_goes_by_itself(app: Flask, session: Session, now: datetime) -> None:
    noting = Recorder(app)
    noting.note(sighting(1, now))
    assert noting.flush()
    noting._tidy(now + timedelta(days=1))
    session.rollback()
    assert session.execute(select(ScanSalt.day)).all() == []


@contextmanager
def serving(server: Server) -> Iterator[subprocess.Popen[bytes]]:
    """The real server; whoever asks for it ends it."""
    with (server.folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [LOA, "serve", "--host", "127.0.0.1", "--port", str(server.port), "--workers", "2"],
            env=server.environment, cwd=ROOT, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        server._wait(process)
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def open_page(server: Server, code: str, many: int) -> list[float]:
    """When each opening was answered."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    answered = []
    for _ in range(many):
        connection.request("GET", f"/q/{code}", headers=PHONE)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
        answered.append(time.monotonic())
    connection.close()
    return answered


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    if request.param == "sqlite":
        yield Server(tmp_path)
        return
    templates: PostgresTemplates = request.getfixturevalue("postgres_templates")
    with templates.empty() as url:
        yield Server(tmp_path, url)


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_the_real_server_ends(how: signal.Signals, server: Server) -> None:
    with serving(server) as process:
        app = create_app(from_environment(server.environment))
        with app.app_context():
            code = make_run(db.session(), datetime.now(UTC)).code
        answered = open_page(server, code, 150)
        until = time.monotonic() + BOUND_S
        while time.monotonic() < until:
            answered += open_page(server, code, 20)
        if how is signal.SIGTERM:
            os.kill(process.pid, how)
        else:
            os.killpg(process.pid, how)
        killed = time.monotonic()
        process.wait(20)
    due = [at for at in answered if how is signal.SIGTERM or at < killed - BOUND_S]
    assert len(due) >= 100
    with app.app_context():
        assert len(due) <= written(db.session()) <= len(answered)
        db.session.remove()
        db.engine.dispose()
