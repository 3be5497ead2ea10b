"""The power goes while phones send records and photos: what was acknowledged is there afterwards.

SQLite, PostgreSQL and the photos' files lie on a disk of their own whose power is cut again and
again, `LOA_TEST_POWER_CUTS` times (default 6) a database. With fsync taken out the same cuts do
lose what was acknowledged, so the cut cuts. `make reliability` makes a hundred.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.reliability.crowd import read_reference
from tests.reliability.enrolment import enrol_many
from tests.reliability.ledger import Ledger
from tests.reliability.load import Load
from tests.reliability.loop_disk import LoopDisk
from tests.reliability.uploads import Upload
from tests.reliability.verdict import Account, Read, judge, read_account, reading
from tests.support.databases import SqliteTemplates, _initialise
from tests.support.postgres import PostgresServer
from tests.support.warm import WarmServer

CUTS = int(os.environ.get("LOA_TEST_POWER_CUTS", "6"))
PHONES = 6
#: Acknowledgements between two cuts at least.
AT_WORK = 12

pytestmark = [pytest.mark.reliability, pytest.mark.slow]


class Place:
    """An installation on a disk of its own: database, photos, server, and phones at work."""

    def __init__(self, disk: LoopDisk, folder: Path, server: WarmServer, url: str,
                 postgres: PostgresServer | None) -> None:  # fmt: skip
        self.disk = disk
        self.ledger_path = folder / "ledger"
        self.server = server
        self.url = url
        self._postgres = postgres

    @classmethod
    @contextlib.contextmanager
    def built(
        cls, database: str, disk: LoopDisk, folder: Path, plant: str | None = None
    ) -> Iterator[tuple[Place, Load]]:
        postgres = None
        if database == "sqlite":
            with SqliteTemplates(disk.root).fresh() as template:
                url = f"sqlite:///{disk.root / 'loa.sqlite3'}"
                Path(template.removeprefix("sqlite:///")).rename(disk.root / "loa.sqlite3")
        else:
            postgres = PostgresServer(disk.root / "postgres", fsync=plant is None)
            url = postgres.url
            _initialise(url, folder)
        phones = enrol_many(url, folder, PHONES, communes_max=PHONES)
        disk.sync()
        with (
            WarmServer.prepared(
                folder, url, plant=plant, LOA_FILES_URL=str(disk.root / "files")
            ) as server,
            contextlib.ExitStack() as stack,
        ):
            if postgres is not None:
                stack.callback(postgres.kill)
            place = cls(disk, folder, server, url, postgres)
            server.start()
            ledger = Ledger(place.ledger_path)
            stack.callback(ledger.close)
            load = Load(server.port, phones, ledger, *read_reference(server.port, phones[0]))
            yield place, load
            server.kill()

    def cut_and_come_back(self) -> int:
        """The power goes, everything dies; disk, database and server come back."""
        at = self.disk.cut()
        self.server.kill()
        if self._postgres is not None:
            self._postgres.kill()
        self.disk.replug()
        if self._postgres is not None:
            self._postgres.start()
        self.server.start()
        return at

    def judge(self, *, before: int | None = None) -> tuple[str, dict[str, list[str]]]:
        """The verdict in words, and its faults. `before`: what was told later does not count."""
        account = read_account([self.ledger_path])
        if before is not None:
            account.told = {id: kept for id, told in account.told.items()
                            if (kept := [one for one in told if one[0] < before])}  # fmt: skip
            account.photos = [line for line in account.photos if line["at"] < before]
        with reading(self.url) as (read, _):
            verdict = judge(account, read, drained=before is None)
            photos = judge_photos(account, read, self.disk.root / "files", self.server.port)
        faults = verdict.faults | ({"photos": photos} if photos else {})
        whole = sum(line["verified"] for line in account.photos)
        return f"{verdict}, {whole} photos, {len(photos)} faults of photos", faults


def judge_photos(account: Account, read: Read, files: Path, port: int) -> list[str]:
    """No row without its photo, no acknowledged photo without its row, every hash right."""
    faults = []
    verified = {row["sha256"] for row in read("SELECT sha256 FROM photo WHERE state = 'verified'")}
    for sha256 in verified:
        shelf = f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
        original = files / "photo" / shelf
        if not original.exists():
            faults.append(f"{sha256}: a row without its photo")
        elif hashlib.sha256(original.read_bytes()).hexdigest() != sha256:
            faults.append(f"{sha256}: other bytes")
        for derived in (files / "thumb" / f"{shelf}.webp", files / "screen" / f"{shelf}.jpg"):
            if not derived.exists() or derived.stat().st_size == 0:
                faults.append(f"{sha256}: {derived.parts[-4]} missing")
    furthest: dict[tuple[str, str, str], int] = {}
    for line in account.photos:
        if line["verified"] and line["photo"] not in verified:
            faults.append(f"{line['photo']}: acknowledged, and no row")
        key = (line["photo"], line["account"], line["token"])
        furthest[key] = max(furthest.get(key, 0), line["offset"])
    for (sha256, owner, token), offset in furthest.items():
        if sha256 in verified:
            continue
        held, is_whole = Upload.named(port, token, owner, sha256).held()
        if held < offset and not is_whole:
            faults.append(f"{sha256}: {offset} bytes acknowledged, {held} held")
    return faults


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_power_cut_takes_nothing_that_was_acknowledged(
    database: str, power: None, tmp_path: Path, report: Callable[[str], None]
) -> None:
    chance = random.Random(3)
    with LoopDisk.plugged_in() as disk, Place.built(database, disk, tmp_path) as (place, load):
        for number in range(CUTS):
            load.start()
            load.wait_for(AT_WORK + chance.randrange(3 * AT_WORK))
            at = place.cut_and_come_back()
            load.stop()
            words, faults = place.judge(before=at)
            assert not faults, f"cut {number + 1}"
        load.drain()
        words, faults = place.judge()
    report(f"{database}: {CUTS} power cuts: {words}")
    assert not faults


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_without_fsync_the_same_cut_loses(
    database: str, power: None, tmp_path: Path, report: Callable[[str], None]
) -> None:
    """The control: otherwise the cuts above would prove nothing."""
    with (
        LoopDisk.plugged_in() as disk,
        Place.built(database, disk, tmp_path, plant="no-fsync") as (place, load),
    ):
        load.start()
        load.wait_for(3 * AT_WORK)
        load.stop()
        at = 0
        try:
            at = place.cut_and_come_back()
            words, faults = place.judge(before=at)
        except Exception as error:
            words, faults = (
                f"the database does not come back ({type(error).__name__})",
                {"lost": []},
            )
    report(f"{database} without fsync, one power cut: {words}")
    assert "lost" in faults
