"""What the console's list of print runs costs beside ten thousand runs and a million day counts.

    python -m benchmarks.run_figures [--databases sqlite postgresql] [--runs 10000] [--days 100]

Fills a database inside the database: runs over all communes, `runs × days` rows of `scan_count` and
of `scan_readers`, two days of raw scans, thirty hand-outs a run. Then asks through the application,
without a socket, as somebody of the nation, for whom all of it is in sight. The floor is the list
itself, without figures.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

ROUNDS = 7
PAGE = 50
HAND_OUTS = 30
RAW = 5
TODAY = "2026-11-20"


def main() -> None:
    """Print milliseconds and statements of each question."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=100)
    arguments = parser.parse_args()
    for name in arguments.databases:
        with tempfile.TemporaryDirectory() as folder, _database(name, Path(folder)) as url:
            measure(name, url, folder, arguments.runs, arguments.days)


def measure(name: str, url: str, folder: str, runs: int, days: int) -> None:
    """Print the rows of one database."""
    from server import clock
    from server.app import create_app
    from server.database import db
    from server.settings import from_environment
    from tests.factories.accounts import make_account, sign_in

    now = datetime(2026, 11, 20, 4, tzinfo=UTC)
    environment = {"LOA_DATA_DIR": folder, "LOA_DATABASE_URL": url, "LOA_SECRET_KEY": "b" * 48}
    app = create_app(from_environment(environment))
    with app.app_context(), clock.frozen(now):
        fill(url, runs, days)
        client, seen = app.test_client(), _statements(db.engine)
        session = db.session()
        sign_in(client, session, now, make_account(session, now, "planner", "vn"))
        listed = client.get(f"/api/v1/print-runs?limit={PAGE}").get_json()["items"]
        codes = ",".join(one["code"] for one in listed)
        since = "from=2026-01-01"
        for what, path in {
            "list of 50, no figures": f"print-runs?limit={PAGE}",
            "figures of 1 run": f"print-runs/statistics?{since}&codes={listed[0]['code']}",
            "figures of 50 runs": f"print-runs/statistics?{since}&codes={codes}",
            "course of 1 run": f"print-runs/{listed[0]['id']}/statistics",
            "all runs (export)": f"scans/statistics?by=run&{since}",
            "all by leaflet": f"scans/statistics?by=leaflet&{since}",
        }.items():
            spent = []
            for _ in range(ROUNDS):
                seen.clear()
                began = time.perf_counter()
                answer = client.get(f"/api/v1/{path}")
                spent.append(time.perf_counter() - began)
                assert answer.status_code == 200, answer.text
            took = statistics.median(spent) * 1000
            print(f"{name:<11} {what:<24} {took:>8.1f} ms {len(seen):>4} statements", flush=True)
        db.session.remove()
        db.engine.dispose()


def fill(url: str, runs: int, days: int) -> None:
    """Everything by SQL that both databases understand."""
    from sqlalchemy import text

    from server.database import db
    from tests.factories.leaflets import make_run
    from tests.factories.measures import BA_DINH, Field

    now = datetime(2026, 11, 20, 4, tzinfo=UTC)
    session = db.session()
    first = make_run(session, now)
    give = {"kind": "leaflet_handout", "leaflet_title": "voluntary_si", "print_run": first.code}
    Field(session, now).record(TODAY, BA_DINH, status="submitted", copies_count=20, **give)
    session.commit()
    postgres = url.startswith("postgresql")
    day = ("CAST('{0}' AS date) - CAST(d.k AS integer)" if postgres
           else "date('{0}', '-' || d.k || ' days')").format(TODAY)  # fmt: skip
    # codes without a right check character will do: nobody types them here
    code = "lpad(CAST(r.k AS text), 9, '0')" if postgres else "printf('%09d', r.k)"
    with db.engine.connect() as connection:
        # hand-outs here belong to no activity; beside a transaction, where SQLite would not hear it
        connection.connection.cursor().execute(
            "SET session_replication_role = replica" if postgres else "PRAGMA foreign_keys=OFF"
        )
        for statement in (
            _copy(
                connection,
                "print_run",
                {
                    "id": "'run-' || r.k",
                    "code": code,
                    "commune_id": "'f-' || r.k % 3000",
                    "province_code": "CAST(10 + r.k % 34 AS VARCHAR(2))",
                },
                f"{_numbers('r', runs)}",
            ),
            "INSERT INTO scan_count (run_id, day, reason, amount) "
            f"SELECT 'run-' || r.k, {day}, CASE WHEN d.k % 2 = 0 THEN 'person' ELSE 'bot' END, 3"
            f" FROM {_numbers('r', runs)}, {_numbers('d', days)}",
            "INSERT INTO scan_readers (run_id, day, low) "
            f"SELECT 'run-' || r.k, {day}, 2 FROM {_numbers('r', runs)}, {_numbers('d', days)}"
            " WHERE d.k > 2",
            "INSERT INTO scan (id, run_id, at, day, reason, rule, rules_version, facts, reader,"
            " reader_group, in_app, amount) "
            f"SELECT 's-' || r.k || '-' || d.k || '-' || n.k, 'run-' || r.k, {_moment(postgres)},"
            f" {day}, 'person', 'opened', 1, '{{}}', 'r-' || n.k, 'g-' || n.k, {_false(postgres)},"
            f" 1 FROM {_numbers('r', runs)}, {_numbers('d', 2)}, {_numbers('n', RAW)}",
            _copy(
                connection,
                "activity_count",
                {
                    "id": None,
                    "activity_id": "'f-' || r.k || '-' || d.k",
                    "group_key": code,
                    "event_date": day,
                    "province_code": "CAST(10 + r.k % 34 AS VARCHAR(2))",
                    "commune_id": "'f-' || r.k % 3000",
                },
                f"{_numbers('r', runs)}, {_numbers('d', HAND_OUTS)}",
                "code = 'leaflet_run'",
            ),
        ):
            connection.execute(text(statement))  # fmt: skip
        connection.commit()
        connection.execute(text("ANALYZE"))
        connection.commit()
    db.engine.dispose()


def _copy(connection: Any, table: str, own: dict[str, str | None], source: str,
          which: str = "1 = 1") -> str:  # fmt: skip
    from sqlalchemy import inspect

    names = [each["name"] for each in inspect(connection).get_columns(table)
             if own.get(each["name"], "") is not None]  # fmt: skip
    values = ", ".join(own.get(name) or f"one.{name}" for name in names)
    limited = f"(SELECT * FROM {table} WHERE {which} LIMIT 1) AS one"
    return f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {limited}, {source}"


def _numbers(name: str, many: int) -> str:
    inner = f"WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < {many})"
    return f"({inner} SELECT k FROM n) AS {name}"


def _moment(postgres: bool) -> str:
    return f"CAST('{TODAY} 03:00:00+00' AS timestamptz)" if postgres else f"'{TODAY}T03:00:00.000Z'"


def _false(postgres: bool) -> str:
    return "false" if postgres else "0"


def _statements(engine: Any) -> list[str]:
    from sqlalchemy import event

    seen: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: seen.append(str(given[2])))
    return seen


@contextmanager
def _database(name: str, folder: Path) -> Iterator[str]:
    from tests.support.databases import PostgresTemplates, SqliteTemplates

    if name == "sqlite":
        with SqliteTemplates(folder).fresh() as url:
            yield url
        return
    with PostgresTemplates.started(folder / "server") as templates, templates.fresh() as url:
        yield url


if __name__ == "__main__":
    main()
