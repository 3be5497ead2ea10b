"""Commits that hang between the last statement and COMMIT, on PostgreSQL behind the real server.

Where numbers are given before the commit and without a lock, a reader that comes meanwhile passes
the row for ever (PROTOCOL.md 2, I6). The pause is a deferred trigger, so it stands exactly there.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.journeys.line import wait_until
from tests.reliability.crowd import Line, Person, Shift, read_reference
from tests.reliability.enrolment import enrol_many
from tests.reliability.ledger import Ledger
from tests.support.databases import PostgresTemplates
from tests.support.warm import WarmServer

PAUSE = """
CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {what}; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER pause AFTER INSERT OR UPDATE ON activity
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pause();
"""
#: Only of the first phone: wait for whoever holds the lock 7.
GATE = "IF NEW.author_id = '{first}' THEN PERFORM pg_advisory_xact_lock_shared(7); END IF"
DELAY = "IF random() < 0.3 THEN PERFORM pg_sleep(random() * 0.03); END IF"
WRITERS, READERS, REPORTS = 8, 2, 12

pytestmark = pytest.mark.reliability


class Office:
    """A server over PostgreSQL and phones of two communes, the even ones in the first."""

    def __init__(self, url: str, folder: Path, server: WarmServer, count: int) -> None:
        enrolled = enrol_many(url, folder, count, communes_max=2)
        self.ledger = Ledger(folder / "ledger")
        self.port = server.port
        self.database = psycopg.connect(
            url.replace("postgresql+psycopg", "postgresql"), autocommit=True
        )
        server.start()
        reference, incarnation = read_reference(self.port, enrolled[0])
        shift = Shift(self.port, [], folder, 1, reference, incarnation, 0)
        self.people = [Person(each, shift, Steady()) for each in enrolled]

    def sync(self, person: Person) -> None:
        """One request, taken."""
        line = Line(self.port, Steady())
        person.look()
        next(person.settle(line, self.ledger, lambda: False))
        line.hang_up()

    def report(self, person: Person) -> str:
        """A new activity, written down only."""
        before = len(person.activities)
        person.write_down(0, self.ledger)
        return person.activities[before]

    def waiting(self, event: str) -> int:
        """Backends that wait for a lock of this kind."""
        row = self.database.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND wait_event_type = 'Lock' AND wait_event = %s", (event,)
        ).fetchone()  # fmt: skip
        assert row is not None
        return int(row[0])


class Steady(random.Random):
    """No mishap on the line, and one report a sitting: chance is the database's here."""

    def random(self) -> float:
        return 0.5


@contextlib.contextmanager
def office(
    templates: PostgresTemplates, folder: Path, count: int, plant: str | None = None
) -> Iterator[Office]:
    with (
        templates.fresh() as url,
        WarmServer.prepared(folder, url, plant=plant) as server,
    ):
        found = Office(url, folder, server, count)
        yield found
        server.kill()
        found.database.close()
        found.ledger.close()


def test_who_reads_while_a_commit_hangs_misses_nothing_later(
    postgres_templates: PostgresTemplates, tmp_path: Path
) -> None:
    with office(postgres_templates, tmp_path, 7) as here:
        slow, elsewhere, neighbour, _, reader = here.people[:5]
        here.database.execute(PAUSE.format(what=GATE.format(first=slow.enrolled.account)))
        here.sync(reader)
        for person in (slow, neighbour, elsewhere):
            here.report(person)
        here.database.execute("SELECT pg_advisory_lock(7)")
        first = threading.Thread(target=here.sync, args=(slow,))
        first.start()
        wait_until(lambda: here.waiting("advisory") == 1, 60, "the commit to hang")
        here.sync(reader)
        assert reader.replica.activities() == []
        # the same commune waits its turn: its number comes after
        second = threading.Thread(target=here.sync, args=(neighbour,))
        second.start()
        wait_until(lambda: here.waiting("transactionid") + here.waiting("tuple") == 1, 60,
                   "the neighbour to wait")  # fmt: skip
        here.sync(reader)
        assert reader.replica.activities() == []
        # another commune does not
        here.sync(elsewhere)
        assert elsewhere.replica.idle()
        here.database.execute("SELECT pg_advisory_unlock(7)")
        first.join(20)
        second.join(20)
        here.sync(reader)
        seen = reader.replica.activities()
        assert sorted(seen) == sorted(slow.activities + neighbour.activities)
        rows = [reader.replica.shadow_row(activity) for activity in seen]
        # two people report of one hour: the second links both, which numbers the first anew
        assert sorted(row["seq"] for row in rows if row) == [2, 3]
        assert reader.replica.rereads == 0


def test_numbers_that_are_given_before_the_commit_are_missed(
    postgres_templates: PostgresTemplates, tmp_path: Path, report: Callable[[str], None]
) -> None:
    """The control: the same hanging commit, and a counter that lets go of its lock too soon."""
    with office(postgres_templates, tmp_path, 5, plant="numbers-before-the-commit") as here:
        slow, _, neighbour, _, reader = here.people
        here.database.execute(PAUSE.format(what=GATE.format(first=slow.enrolled.account)))
        here.sync(reader)
        for person in (slow, neighbour):
            here.report(person)
        here.database.execute("SELECT pg_advisory_lock(7)")
        first = threading.Thread(target=here.sync, args=(slow,))
        first.start()
        wait_until(lambda: here.waiting("advisory") == 1, 60, "the commit to hang")
        here.sync(neighbour)  # it waits for nobody
        here.sync(reader)
        assert reader.replica.activities() == neighbour.activities
        here.database.execute("SELECT pg_advisory_unlock(7)")
        first.join(20)
        here.sync(reader)
        missed = set(slow.activities) - set(reader.replica.activities())
        assert missed or reader.replica.rereads
    report(f"a counter that lets go too soon: {len(missed)} row missed, "
           f"{reader.replica.rereads} readings again")  # fmt: skip


def test_no_cursor_passes_a_row_whatever_hangs(
    postgres_templates: PostgresTemplates, tmp_path: Path, report: Callable[[str], None]
) -> None:
    """Writers of one commune whose commits are delayed and whose backends are stopped at random."""
    with office(postgres_templates, tmp_path, 2 * (WRITERS + READERS)) as here:
        here.database.execute(PAUSE.format(what=DELAY))
        people = here.people[::2]
        writers, readers = people[:WRITERS], people[WRITERS:]
        left = threading.Semaphore(0)
        done = threading.Event()
        failures: list[BaseException] = []

        def write(person: Person) -> None:
            try:
                for _ in range(REPORTS):
                    here.report(person)
                    while not person.replica.idle():
                        here.sync(person)
            except BaseException as error:
                failures.append(error)
            finally:
                left.release()

        def read(person: Person) -> None:
            while not done.is_set():
                here.sync(person)

        threads = [threading.Thread(target=write, args=(person,)) for person in writers]
        watching = [threading.Thread(target=read, args=(person,)) for person in readers]
        for thread in threads + watching:
            thread.start()
        stops = 0
        while any(thread.is_alive() for thread in threads):
            stops += stop_some_backend(here.database)
        done.set()
        for thread in threads + watching:
            thread.join()
        assert not failures
        written = sorted(activity for person in writers for activity in person.activities)
        assert len(written) == WRITERS * REPORTS
        for person in readers:
            here.sync(person)
            assert sorted(person.replica.activities()) == written
        # healing by the digest would hide a miss
        assert sum(person.replica.rereads for person in people) == 0
    report(f"paused commits: {len(written)} activities of {WRITERS} writers in one commune, "
           f"{stops} backends stopped, none missed by {READERS} readers")  # fmt: skip


def stop_some_backend(database: psycopg.Connection[tuple[int]]) -> int:
    """SIGSTOP to a backend in a transaction, for some milliseconds; 1 if there was one."""
    row = database.execute(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
        "AND xact_start IS NOT NULL AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1"
    ).fetchone()
    if row is None:
        time.sleep(0.01)
        return 0
    with contextlib.suppress(ProcessLookupError):
        os.kill(row[0], signal.SIGSTOP)
        time.sleep(0.02)
        os.kill(row[0], signal.SIGCONT)
    return 1
