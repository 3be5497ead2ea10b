"""Ten thousand phones against gunicorn that is killed again and again: nothing lost, nothing twice.

`LOA_TEST_KILLS` (default 60) kills on each database, two of three to the whole process group, the
others to a single worker; `LOA_TEST_PHONES` (default 10,000). `make reliability KILLS=200`.
"""

from __future__ import annotations

import contextlib
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.reliability.crowd import Shift, read_reference, start_crowd
from tests.reliability.enrolment import enrol_many
from tests.reliability.verdict import Verdict, judge, read_account, reading
from tests.support.databases import SqliteTemplates, Templates, swift_place
from tests.support.warm import WarmServer

KILLS = int(os.environ.get("LOA_TEST_KILLS", "60"))
PHONES = int(os.environ.get("LOA_TEST_PHONES", "10000"))
PROCESSES = 2
#: Only so that a hang ends: a busy machine may take its time.
GIVE_UP_S = 900 + 10 * KILLS

pytestmark = [pytest.mark.reliability, pytest.mark.slow]

#: Faults put into a copy of the truth, and what the verdict must call them.
PLANTED = {
    "a lost activity": ("DELETE FROM activity WHERE id = '{activity}'", "lost"),
    "a lost receipt": ("DELETE FROM operation_log WHERE id = '{operation}'", "lost"),
    "an altered value": (
        "UPDATE activity SET fields = '{{}}', seq = seq + 100000 WHERE id = '{activity}'",
        "altered",
    ),
    "a step too many": (
        "UPDATE activity SET version = version + 1, seq = seq + 100000 WHERE id = '{activity}'",
        "doubled",
    ),
    "another digest": ("UPDATE feed_scope SET digest = '{zeros}' WHERE seq > 0", "feeds"),
}


def run(
    url: str,
    folder: Path,
    *,
    phones: int,
    kills: int,
    plant: str | None = None,
    give_up_s: float = GIVE_UP_S,
) -> tuple[list[Path], list[float]]:
    """Let the crowd work under kills; the ledgers, and the seconds that each restart took."""
    enrolled = enrol_many(url, folder, phones, communes_max=max(1, phones // 3))
    ledgers = [folder / f"ledger-{number}" for number in range(PROCESSES)]
    restarts: list[float] = []
    with WarmServer.prepared(folder, url, plant=plant) as server:
        server.start()
        reference, incarnation = read_reference(server.port, enrolled[0])
        shifts = [
            Shift(server.port, enrolled[number::PROCESSES], ledger, number + 1, reference,
                  incarnation, give_up_s)
            for number, ledger in enumerate(ledgers)
        ]  # fmt: skip
        crowd = start_crowd(shifts)
        chance = random.Random(7)
        # spread over the work, so that each finds the server busy
        share = 1.25 * phones * 0.95 / kills
        for number in range(kills):
            at = share * (number + chance.uniform(0.2, 0.8))
            while crowd.answers.value < at and crowd.is_at_work():
                time.sleep(0.002)
            if number % 3 == 2:
                server.kill_worker(chance)
            else:
                server.kill()
                restarts.append(server.start())
        while crowd.is_at_work():
            time.sleep(0.05)
    return ledgers, restarts


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh_url(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "sqlite":
        with fresh_sqlite() as url:
            yield url
        return
    templates: Templates = request.getfixturevalue("postgres_templates")
    with templates.fresh() as url:
        yield url


@contextlib.contextmanager
def fresh_sqlite() -> Iterator[str]:
    """In memory where there is room: a kill takes nothing from the kernel, power cuts do."""
    with (
        tempfile.TemporaryDirectory(dir=swift_place(), prefix="loa-kills-") as folder,
        SqliteTemplates(Path(folder)).fresh() as url,
    ):
        yield url


def test_no_kill_loses_or_doubles_anything(
    fresh_url: str, tmp_path: Path, report: Callable[[str], None]
) -> None:
    began = time.monotonic()
    ledgers, restarts = run(fresh_url, tmp_path, phones=PHONES, kills=KILLS)
    seconds = time.monotonic() - began
    account = read_account(ledgers)
    with reading(fresh_url) as (read, _):
        verdict = judge(account, read)
    report(
        f"{fresh_url.partition(':')[0]}: {KILLS} kills in {seconds:.0f} s (restart "
        f"{statistics.median(restarts):.2f} s): {verdict}, {verdict.rereads} re-readings"
    )
    assert not verdict.faults
    assert verdict.phones == PHONES
    assert verdict.acknowledged == verdict.operations
    last = next(reversed(account.saved.values()))
    for name, (statement, expected) in PLANTED.items():
        with reading(fresh_url) as (read, run_statement), contextlib.nullcontext(name):
            run_statement(
                statement.format(activity=last["activity"], operation=last["id"], zeros="0" * 16)
            )
            assert expected in judge(account, read).faults, f"not seen: {name}"


def test_a_server_that_answers_before_it_commits_is_found_out(
    postgres_templates: Templates, tmp_path: Path, report: Callable[[str], None]
) -> None:
    # not on SQLite: there the next writer of the same request waits for the late commit
    with postgres_templates.fresh() as url:
        ledgers, _ = run(
            url, tmp_path, phones=150, kills=6, plant="answer-before-commit", give_up_s=60
        )
        with reading(url) as (read, _):
            verdict: Verdict = judge(read_account(ledgers), read)
    report(f"a server that answers before it commits: {verdict}")
    assert verdict.lost
