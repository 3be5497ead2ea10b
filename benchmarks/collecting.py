"""What a pass of `loa evidence collect` costs, and that its cost by photo stays the same.

    python -m benchmarks.collecting [--photos 100000] [--databases sqlite postgresql]

Fills a database with one activity a photo; of a hundred photos five are named by nothing. Times a
pass that marks, one that has nothing new, and one that reads all records and forgets. Floor: the
same photos, and the same records, read by one statement a table and not looked at.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import cost, push, scale

UNNAMED_PERCENT = 5


def main() -> None:
    """Print seconds of each pass beside its floor."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    arguments = parser.parse_args()
    for name in arguments.databases:
        with cost.fresh_server(name) as server:
            server.sync(push.operations_text(server.client, 1))
            scale.fill(server, 0, arguments.photos)
            with server.app.app_context():
                fill_photos(arguments.photos)
                measure(name)


def fill_photos(photos: int) -> None:
    """A verified photo and its delivery for each activity, but some whose names nothing bears."""
    from sqlalchemy import text

    from server.http.transaction import writing

    name = (f"CASE WHEN k % 100 < {UNNAMED_PERCENT} THEN substr('{'0' * 64}' || k, -64)"
            " ELSE 'f' || k END")  # fmt: skip
    right = (f"CASE WHEN k % 100 < {UNNAMED_PERCENT} THEN lpad(CAST(k AS TEXT), 64, '0')"
             " ELSE 'f' || k END")  # fmt: skip
    moment = "'2026-01-01 00:00:00'"
    with writing() as session:
        is_postgres = session.get_bind().dialect.name == "postgresql"
        named = right if is_postgres else name
        numbers = (f"WITH RECURSIVE n(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM n"
                   f" WHERE k < {photos - 1})")  # fmt: skip
        moment = f"CAST({moment} AS TIMESTAMPTZ)" if is_postgres else f"{moment[:-1]}.000000'"
        session.execute(text(
            f"INSERT INTO photo (sha256, size, state, verified_at) {numbers}"
            f" SELECT {named}, 300000, 'verified', {moment} FROM n"))  # fmt: skip
        session.execute(text(
            'INSERT INTO upload (account_id, sha256, size, media_type, filename, "offset",'
            f" created_at, expires_at, settled_at) {numbers} SELECT 'x', {named}, 300000,"
            f" 'image/jpeg', '', 300000, {moment}, {moment}, {moment} FROM n"))  # fmt: skip
    with writing() as session:
        session.execute(text("ANALYZE"))


def measure(name: str) -> None:
    """Print the passes over one database."""
    from server import clock
    from server.evidence.collecting import collect
    from server.files.memory import MemoryStore

    store, now = MemoryStore(), clock.now()
    walked, records = timed(read_photos), timed(read_records)
    for label, days, floor in (("marks", 0, walked), ("finds nothing new", 1, walked),
                               ("reads all and forgets", 181, walked + records)):  # fmt: skip
        start = time.perf_counter()
        done = collect(store, now + timedelta(days=days))
        seconds = time.perf_counter() - start
        print(f"{name:<11} {label:<22} {seconds:>7.2f} s {seconds / floor:>6.1f}x"
              f"  ({done.examined} looked at, {done.marked} marked, {done.forgotten} forgotten)",
              flush=True)  # fmt: skip


def timed(do: Callable[[], object]) -> float:
    """Seconds of the wall's clock."""
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


def read_photos() -> None:
    """The floor of a walk: all photos by one statement."""
    from sqlalchemy import text

    from server.http.transaction import reading

    with reading() as session:
        session.execute(text("SELECT sha256, unnamed_since FROM photo ORDER BY sha256")).all()


def read_records() -> None:
    """The floor of looking through all records: each table by one statement."""
    from sqlalchemy import select

    from server.evidence import naming
    from server.http.transaction import reading

    for table in naming.tables_of_records():
        with reading() as session:
            session.execute(select(table)).all()


if __name__ == "__main__":
    main()
