"""What a server cannot help: a full disk, a database that is away. It says so, and goes on after.

Nobody restarts anything here: the same processes work before, during and after.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.factories.evidence import make_heavy_photo
from tests.reliability.crowd import read_reference
from tests.reliability.enrolment import Enrolled, enrol_many
from tests.reliability.ledger import Ledger
from tests.reliability.load import Load
from tests.reliability.loop_disk import LoopDisk
from tests.reliability.test_power_cuts import AT_WORK, Place, judge_photos
from tests.reliability.uploads import Upload
from tests.reliability.verdict import judge, read_account, reading
from tests.support.databases import _initialise
from tests.support.postgres import PostgresServer
from tests.support.warm import WarmServer

#: After the database is back, a phone must be served again within this.
BACK_S_MAX = 5

pytestmark = pytest.mark.reliability


def ask(port: int, phone: Enrolled) -> tuple[int, str | None]:
    """Status and Retry-After of one sync without anything to send."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        connection.request(
            "POST", "/api/v1/sync", json.dumps({"protocol": 1, "operations": []}),
            {"Authorization": f"Bearer {phone.token}", "Content-Type": "application/json"},
        )  # fmt: skip
        response = connection.getresponse()
        response.read()
        return response.status, response.headers["Retry-After"]


def test_a_database_that_goes_and_comes_back_costs_five_seconds(
    tmp_path: Path, report: Callable[[str], None]
) -> None:
    with contextlib.ExitStack() as stack:
        home = tmp_path / "home"
        home.mkdir()
        place = stack.enter_context(_open_folder())
        postgres = PostgresServer(place / "postgres", fsync=False)
        stack.callback(postgres.kill)
        _initialise(postgres.url, home)
        phones = enrol_many(postgres.url, home, 4, communes_max=4)
        server = stack.enter_context(WarmServer.prepared(home, postgres.url))
        server.start()
        ledger = Ledger(home / "ledger")
        stack.callback(ledger.close)
        load = Load(server.port, phones, ledger, *read_reference(server.port, phones[0]))
        load.start()
        load.wait_for(AT_WORK)
        postgres.stop()
        status, retry_after = ask(server.port, phones[0])
        assert status == 503
        assert retry_after is not None
        assert int(retry_after) <= BACK_S_MAX
        postgres.start()
        began = time.monotonic()
        while ask(server.port, phones[0])[0] != 200:
            assert time.monotonic() - began < BACK_S_MAX, "not back"
            time.sleep(0.05)
        seconds = time.monotonic() - began
        load.wait_for(AT_WORK)
        load.stop()
        load.drain()
        account = read_account([home / "ledger"])
        with reading(postgres.url) as (read, _):
            verdict = judge(account, read)
            photos = judge_photos(account, read, home / "files", server.port)
        report(f"database stopped and started: served again after {seconds:.2f} s; {verdict}")
        assert not verdict.faults
        assert not photos


def test_a_full_disk_takes_nothing_back_and_is_forgotten_when_there_is_room(
    power: None, tmp_path: Path, report: Callable[[str], None]
) -> None:
    with (
        LoopDisk.plugged_in(64) as disk,
        Place.built("sqlite", disk, tmp_path) as (place, load),
    ):
        load.start()
        load.wait_for(AT_WORK)
        ballast = disk.root / "ballast"
        with ballast.open("wb") as file, contextlib.suppress(OSError):
            while True:
                file.write(b"\0" * 65536)
                file.flush()
        person = load.people[0]
        heavy = make_heavy_photo(1, 2_000_000)
        refused = Upload(place.server.port, person.enrolled.token, person.enrolled.account, heavy)
        ledger = Ledger(place.ledger_path)
        status = refused.try_once(ledger)
        assert status in (503, 507), status
        assert place.server.is_alive()
        load.stop()
        ballast.unlink()
        # the same processes, with room again
        load.start()
        load.wait_for(AT_WORK)
        load.stop()
        assert refused.deliver(ledger, lambda: False)
        load.drain()
        ledger.close()
        words, faults = place.judge()
    report(f"full disk: a photo answered with {status}, then: {words}")
    assert not faults


@contextlib.contextmanager
def _open_folder() -> Iterator[Path]:
    """A folder that PostgreSQL, another user, may enter."""
    folder = Path(tempfile.mkdtemp(prefix="loa-outage-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
