"""How many operations a second go in over HTTP, beside what the database alone could take.

    python benchmarks/push.py [--clients 8] [--runs 3] [--databases sqlite postgresql]

Starts the real server over a fresh database; several phones, each a process with a commune of its
own, push new activities in batches of 1 and of 50. The floor is measured in the same run: as many
processes write the very same rows (read back from what the push left) by the bare driver, one
transaction a batch, counter locked and raised. The figure to look at is the ratio. PostgreSQL
runs as in the tests, without fsync, which flatters the floor more than the server.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import http.client
import json
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

BATCHES = (1, 50)
#: Operations of one client in one run, by batch size: some seconds each.
OPERATIONS = {1: 40, 50: 500}
SECRET = "b" * 48


@dataclass(frozen=True)
class Client:
    """A phone: where it reports, and how it shows who it is."""

    scope: str
    token: str


def main() -> None:
    """Run the benchmark by the command line's arguments and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    arguments = parser.parse_args()
    print(f"{arguments.clients} phones, median of {arguments.runs} runs, {os.cpu_count()} cores")
    print("database    batch   floor op/s   HTTP op/s   HTTP/floor   ms per request")
    for name in arguments.databases:
        with tempfile.TemporaryDirectory() as folder, fresh_database(name, Path(folder)) as url:
            measure(name, url, folder, arguments.clients, arguments.runs)


def measure(name: str, url: str, folder: str, count: int, runs: int) -> None:
    """Print the rows of one database."""
    clients = prepare(url, folder, count)
    with serving(url, folder) as port:
        # a short run warms the server and leaves the rows that the floor writes again
        race(push, [(port, client, batches(client, 1, 5)) for client in clients])
        pushed = {
            batch: [
                race(
                    push,
                    [
                        (port, client, batches(client, batch, OPERATIONS[batch]))
                        for client in clients
                    ],
                )
                for _ in range(runs)
            ]
            for batch in BATCHES
        }
    rows = sample(url)
    for batch in BATCHES:
        floors = [
            race(write_bare, [(url, rows, client.scope, batch, OPERATIONS[batch])
                              for client in clients])
            for _ in range(runs)
        ]  # fmt: skip
        floor, reached = statistics.median(floors), statistics.median(pushed[batch])
        milliseconds = 1000 * count * batch / reached
        print(f"{name:<11} {batch:>5} {floor:>12.0f} {reached:>11.0f} {reached / floor:>12.3f}"
              f" {milliseconds:>16.1f}", flush=True)  # fmt: skip


def race(work: Callable[..., int], jobs: list[tuple[Any, ...]]) -> float:
    """Run the jobs at once, each in a process of its own; operations a second, all together."""
    context = multiprocessing.get_context("spawn")
    start, results = context.Barrier(len(jobs) + 1), context.SimpleQueue()
    processes = [
        context.Process(target=_run, args=(work, job, start, results), daemon=True) for job in jobs
    ]
    for process in processes:
        process.start()
    start.wait()
    began = time.perf_counter()
    done = [results.get() for _ in jobs]
    seconds = time.perf_counter() - began
    for process in processes:
        process.join()
    if None in done:
        raise RuntimeError("a client failed")
    return float(sum(done) / seconds)


def _run(work: Callable[..., int], job: tuple[Any, ...], start: Any, results: Any) -> None:
    try:
        prepared = work(*job)
        next(prepared)  # type: ignore[call-overload]
        start.wait()
        results.put(next(prepared))  # type: ignore[call-overload]
    except BaseException:
        results.put(None)
        raise


# ---- the push


def batches(client: Client, batch: int, operations: int) -> list[tuple[int, str]]:
    """Bodies ready to send, so that making them costs the server no time: (operations, JSON)."""
    from tests.factories.activities import wire

    return [
        (batch, ",".join(json.dumps(wire(scope=client.scope), ensure_ascii=False)
                         for _ in range(batch)))
        for _ in range(operations // batch)
    ]  # fmt: skip


def operations_text(client: Client, batch: int) -> str:
    """`batch` new activities as a phone of this commune sends them, without the list's brackets."""
    from tests.factories.activities import wire

    return ",".join(json.dumps(wire(scope=client.scope), ensure_ascii=False) for _ in range(batch))


def push(port: int, client: Client, bodies: list[tuple[int, str]]) -> Iterator[int]:
    """Yields when ready, then pushes and yields the number of operations that were applied."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    answer = _sync(connection, client, "", {"incarnation": None, "cursors": {}})
    yield 0
    applied = 0
    state = {"incarnation": answer["incarnation"], "cursors": {}}
    for _, text in bodies:
        answer = _sync(connection, client, text, state)
        applied += sum(outcome["outcome"] == "applied" for outcome in answer["outcomes"])
        for scope, page in answer["changes"].items():
            state["cursors"][scope] = page["to"]
    assert applied == sum(number for number, _ in bodies)
    yield applied


def _sync(
    connection: http.client.HTTPConnection, client: Client, operations: str, state: dict[str, Any]
) -> dict[str, Any]:
    envelope = json.dumps({"protocol": 1, **state})
    body = f'{envelope[:-1]}, "operations": [{operations}]}}'.encode()
    headers = {
        "Authorization": f"Bearer {client.token}",
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
    }
    connection.request("POST", "/api/v1/sync", gzip.compress(body, 1), headers)
    response = connection.getresponse()
    text = response.read()
    if response.status != 200:
        raise RuntimeError(f"{response.status}: {text[:300]!r}")
    found: dict[str, Any] = json.loads(text)
    return found


# ---- the floor

TABLES = ("operation_log", "activity_event", "activity_evidence", "activity_count", "activity")


def sample(url: str) -> dict[str, list[dict[str, Any]]]:
    """The rows that one push of one operation left, by table, without numbers that are given."""
    with bare(url) as (run, _):
        (activity,) = run("SELECT * FROM activity ORDER BY received_at DESC LIMIT 1", ())
        found = {"activity": [activity]}
        for table in TABLES[:-1]:
            mark = "?" if url.startswith("sqlite") else "%s"
            statement = f"SELECT * FROM {table} WHERE activity_id = {mark}"
            found[table] = run(statement, (activity["id"],))
            for row in found[table]:
                if table in ("activity_event", "activity_count"):
                    row.pop("id")
    return found


def write_bare(
    url: str, rows: dict[str, list[dict[str, Any]]], scope: str, batch: int, operations: int
) -> Iterator[int]:
    """Yields when ready, then writes the rows of `operations` pushes and yields their number."""
    mark = "?" if url.startswith("sqlite") else "%s"
    lock = "" if url.startswith("sqlite") else " FOR UPDATE"
    statements = {
        table: f"INSERT INTO {table} ({', '.join(rows[table][0])}) "
        f"VALUES ({', '.join([mark] * len(rows[table][0]))})"
        for table in TABLES
    }
    batches = [_values(url, rows, scope, batch) for _ in range(operations // batch)]
    with bare(url) as (run, run_many):
        yield 0
        for values in batches:
            run("BEGIN IMMEDIATE" if url.startswith("sqlite") else "BEGIN", ())
            for table in TABLES[:-1]:
                run_many(statements[table], values[table])
            run(f"SELECT seq FROM feed_scope WHERE name = {mark}{lock}", (scope,))
            run(f"UPDATE feed_scope SET seq = seq + {batch} WHERE name = {mark}", (scope,))
            run_many(statements["activity"], values["activity"])
            run("COMMIT", ())
        yield len(batches) * batch


def _values(
    url: str, rows: dict[str, list[dict[str, Any]]], scope: str, batch: int
) -> dict[str, list[tuple[Any, ...]]]:
    values: dict[str, list[tuple[Any, ...]]] = {table: [] for table in TABLES}
    for _ in range(batch):
        activity = str(uuid.uuid4())
        for table in TABLES:
            for row in rows[table]:
                fresh = dict(row)
                if table == "activity":
                    fresh |= {"id": activity, "scope": scope}
                else:
                    fresh["activity_id"] = activity
                if table == "operation_log":
                    fresh["id"] = str(uuid.uuid4())
                values[table].append(tuple(_plain(url, each) for each in fresh.values()))
    return values


def _plain(url: str, value: Any) -> Any:
    """PostgreSQL's driver hands JSON out as Python values, and wants it back marked."""
    if isinstance(value, dict | list) and not url.startswith("sqlite"):
        from psycopg.types.json import Jsonb

        return Jsonb(value)
    return value


@contextlib.contextmanager
def bare(url: str) -> Iterator[tuple[Callable[..., Any], Callable[..., Any]]]:
    """The database's own driver, set as the server sets it: run one, run many."""
    if url.startswith("sqlite"):
        import sqlite3

        connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=60)
        connection.isolation_level = None
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

        def run(statement: str, values: tuple[Any, ...]) -> list[dict[str, Any]]:
            return [dict(row) for row in connection.execute(statement, values)]

        yield run, connection.executemany
        connection.close()
        return
    import psycopg
    from psycopg.rows import dict_row

    address = url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address, autocommit=True, row_factory=dict_row) as server:
        cursor = server.cursor()

        def run_one(statement: str, values: tuple[Any, ...]) -> list[dict[str, Any]]:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

        yield run_one, cursor.executemany


# ---- what both need


@contextlib.contextmanager
def fresh_database(name: str, folder: Path) -> Iterator[str]:
    """The address of a database with places, plan and catalogue."""
    from tests.support.databases import PostgresTemplates, SqliteTemplates

    os.environ |= {"LOA_DATA_DIR": str(folder), "LOA_SECRET_KEY": SECRET}
    if name == "sqlite":
        with SqliteTemplates(folder).fresh() as url:
            yield url
        return
    with PostgresTemplates.started(folder / "server") as templates, templates.fresh() as url:
        yield url


def prepare(url: str, folder: str, count: int) -> list[Client]:
    """Enrol `count` phones, each in a commune of its own."""
    from datetime import UTC, datetime, timedelta

    from server import clock
    from server.app import create_app
    from server.database import db
    from server.places import queries as places
    from server.settings import from_environment
    from tests.factories.accounts import make_account, make_device

    now = datetime.now(UTC) - timedelta(minutes=1)
    app = create_app(from_environment({**os.environ, "LOA_DATABASE_URL": url}))
    clients = []
    with app.app_context():
        session = db.session()
        today = clock.today_in_vietnam(now)
        for commune in places.communes_of_province(session, "01", today)[:count]:
            session.rollback()
            lineage = places.lineage_id(session, commune.id)
            session.rollback()
            account = make_account(session, now, unit_id=commune.id)
            _, token = make_device(session, now, account)
            clients.append(Client(f"commune:{lineage}", token))
        db.session.remove()
        db.engine.dispose()
    return clients


@contextlib.contextmanager
def serving(url: str, folder: str) -> Iterator[int]:
    """The real server over `url`; yields its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "python:server.gunicorn_conf",
         "--bind", f"127.0.0.1:{port}", "server.wsgi:app"],
        env={**os.environ, "LOA_DATABASE_URL": url, "LOA_DATA_DIR": folder},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(200):
            with contextlib.suppress(OSError):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    break
            time.sleep(0.1)
        else:
            raise RuntimeError("the server does not answer")
        yield port
    finally:
        server.terminate()
        server.wait(60)


if __name__ == "__main__":
    main()
