"""Whether push, pull and lists cost the same at a thousand, 100 thousand and a million activities.

    python -m benchmarks.scale [--sizes 1000 100000 1000000] [--databases sqlite postgresql]

Fills a database by copying one reported activity with all its rows inside the database, spread
over 3,000 communes, then does the same work each time and takes what its statements take when
little else disturbs them (the first tenth). The commune at work is as large each time; only the
rest of the country grows. Promise: at most 1.2 times the first size. A million takes some minutes
and 2 GB.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import cost, push

SIZES = (1_000, 100_000)  # a million on demand
COMMUNES = 3_000
REPEATS = 40
#: Tables whose rows belong to an activity, and the columns that get a name of their own.
COPIED = {
    "activity": {"id": "'f' || k", "scope": "'commune:f-' || k % {c}",
                 "commune_id": "'f-' || k % {c}", "seq": "k / {c} + 1",
                 "province_code": "CAST(10 + k % 80 AS VARCHAR(2))"},
    "operation_log": {"id": "'f' || k", "activity_id": "'f' || k",
                      "n": "k", "device_id": "'f-' || k % {c}"},
    "activity_event": {"id": None, "activity_id": "'f' || k"},
    "activity_evidence": {"activity_id": "'f' || k", "sha256": "'f' || k"},
    "activity_count": {"id": None, "activity_id": "'f' || k", "scope": "'commune:f-' || k % {c}",
                       "commune_id": "'f-' || k % {c}",
                       "province_code": "CAST(10 + k % 80 AS VARCHAR(2))"},
}  # fmt: skip


def main() -> None:
    """Print milliseconds of database by work and size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES))
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    arguments = parser.parse_args()
    print(f"{'database':<11} {'activities':>10} " + " ".join(f"{name:>16}" for name in WORKS))
    for name in arguments.databases:
        with cost.fresh_server(name) as server:
            for _ in range(6):  # a commune with some work in it
                server.sync(push.operations_text(server.client, 50))
            measure(name, server, arguments.sizes)


def measure(name: str, server: cost.Server, sizes: list[int]) -> None:
    """Print the rows of one database."""
    first: dict[str, float] = {}
    filled = 0
    for size in sizes:
        fill(server, filled, size)
        filled = size
        found = {work: spent(server, do) for work, do in WORKS.items()}
        first = first or found
        cells = " ".join(f"{1000 * found[w]:>8.2f} ({found[w] / first[w]:.2f}x)" for w in WORKS)
        print(f"{name:<11} {size:>10} {cells}", flush=True)


def fill(server: cost.Server, start: int, end: int) -> None:
    """Copy the first activity `start`..`end` times, with all that belongs to it."""
    from sqlalchemy import text

    from server.database import db

    with server.app.app_context(), db.engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        sample = connection.execute(text("SELECT min(id) FROM activity"))
        of = {"activity": sample.scalar_one()}
        if is_sqlite:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN")
        else:  # no request fills a country
            connection.exec_driver_sql("SET statement_timeout = 0")
        for table, changed in COPIED.items():
            numbers = (
                f"WITH RECURSIVE numbers(k) AS (SELECT {start} UNION ALL SELECT k + 1 FROM numbers"
                f" WHERE k < {end - 1}) " if is_sqlite else
                f"WITH numbers AS (SELECT generate_series({start}, {end - 1}) AS k) "
            )  # fmt: skip
            names = [column.name for column in db.metadatas[None].tables[table].c
                     if column.name not in changed or changed[column.name]]  # fmt: skip
            values = [
                (changed[c] or "").format(c=COMMUNES) if c in changed else f"{table}.{c}"
                for c in names
            ]
            key = "id" if table == "activity" else "activity_id"
            insertion = f"INSERT INTO {table} ({', '.join(names)}) "
            rest = f"SELECT {', '.join(values)} FROM {table}, numbers WHERE {table}.{key} = :of"
            connection.execute(text(numbers + insertion + rest), {"of": of["activity"]})
        connection.commit()
        connection.execute(text("ANALYZE"))
        connection.commit()
        if is_sqlite:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        connection.detach()


def spent(server: cost.Server, do: Callable[[cost.Server], Any]) -> float:
    """Seconds that the statements of one piece of work take: nine of ten times it takes longer, by
    what else the machine does."""
    times = []
    for _ in range(REPEATS):
        server.database_seconds = 0.0
        do(server)
        times.append(server.database_seconds)
    return statistics.quantiles(times, n=10)[0]


def pull_page(server: cost.Server) -> None:
    """The last hundred rows of the commune, made anew."""
    from server.exchange import pull

    pull._caches.clear()
    here = server.client.scope
    cursor, told = server.cursors[here], server.digests[here]
    server.cursors[here] = cursor - 100
    server.sync("")
    server.cursors[here], server.digests[here] = cursor, told


def list_of(area: str) -> Callable[[cost.Server], None]:
    """The first page of the console's queue for a reviewer of that area."""

    def do(server: cost.Server) -> None:
        from server.activities import queries
        from server.database import db
        from server.http.actor import Area

        where = Area(nation=True) if area == "nation" else Area(province_codes=frozenset({"01"}))
        with server.app.app_context():
            queries.list_page(db.session(), queries.Filter(area=where), None, 50)
            db.session.remove()

    return do


WORKS: dict[str, Callable[[cost.Server], Any]] = {
    "push 1": lambda server: server.sync(push.operations_text(server.client, 1)),
    "push 50": lambda server: server.sync(push.operations_text(server.client, 50)),
    "nothing new": lambda server: server.sync(""),
    "100 rows": pull_page,
    "list, province": list_of("province"),
    "list, nation": list_of("nation"),
}


if __name__ == "__main__":
    main()
