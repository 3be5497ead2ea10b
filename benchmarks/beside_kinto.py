"""Pushes and pulls beside Kinto, on the same machine and the same PostgreSQL.

    python -m benchmarks.beside_kinto [--clients 8] [--runs 3]

Kinto comes from PyPI into a virtual environment of its own under `var/peers/`. Both serve with
two gunicorn processes; both get the values of the same broadcasts, each client into a place of its
own: Loa as operations of its sync, Kinto as records of a collection, one a request or 25 a request
(Kinto's most). Then both are asked for what is new where nothing is, and for everything. At the
end what was acknowledged is compared with what is there.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import push as loa
from benchmarks.floor import bare
from tests.support.databases import PostgresTemplates
from tests.support.serving import free_port

KINTO = Path(__file__).parents[1] / "var" / "peers" / "kinto"
CONFIG = """[app:main]
use = egg:kinto
multiauth.policies = basicauth
kinto.userid_hmac_secret = benchmark
kinto.bucket_create_principals = system.Authenticated
kinto.storage_backend = kinto.core.storage.postgresql
kinto.storage_url = {url}
kinto.permission_backend = kinto.core.permission.postgresql
kinto.permission_url = {url}
kinto.cache_backend = kinto.core.cache.postgresql
kinto.cache_url = {url}
"""
BATCHES = {1: 60, 25: 500}  # batch size: operations of one client in one run
PULLS = 100


def main() -> None:
    """Print what each does a second, and what of the acknowledged is there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(
            f"{arguments.clients} clients, median of {arguments.runs} runs, PostgreSQL", flush=True
        )
        report("Loa", measure_loa(Path(folder), arguments.clients, arguments.runs))
        report("Kinto", measure_kinto(Path(folder), arguments.clients, arguments.runs))


def report(name: str, figures: dict[str, Any]) -> None:
    """One line a figure."""
    for what, figure in figures.items():
        print(f"{name:<6} {what:<34} {figure}", flush=True)


# ---- Loa


def measure_loa(folder: Path, count: int, runs: int) -> dict[str, Any]:
    """The same rows through the sync."""
    with loa.fresh_database("postgresql", folder) as url:
        clients = loa.prepare(url, str(folder), count)
        with loa.serving(url, str(folder)) as (port, _):
            found: dict[str, Any] = {}
            acknowledged = 0
            for batch, operations in BATCHES.items():
                speeds = []
                for _ in range(runs):
                    jobs = [(port, each, loa.batches(each, batch, operations)) for each in clients]
                    speeds.append(loa.race(loa.push, jobs))
                    acknowledged += operations // batch * batch * count
                found[f"pushes/s, {batch} a request"] = round(statistics.median(speeds))
            found |= pull_loa(port, clients[0])
        with bare(url) as (run, _):
            (row,) = run("SELECT count(*) AS rows FROM activity", ())
    found["acknowledged / there"] = f"{acknowledged} / {row['rows']}"
    return found


def pull_loa(port: int, client: Any) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {client.token}", "Content-Type": "application/json",
               "Accept-Encoding": "gzip"}  # fmt: skip

    def ask(state: dict[str, Any]) -> tuple[dict[str, Any], int]:
        body = json.dumps({"protocol": 1, "operations": [], "max_rows": 500, **state})
        connection.request("POST", "/api/v1/sync", body, headers)
        response = connection.getresponse()
        text = response.read()
        length = len(text)
        if response.headers.get("Content-Encoding") == "gzip":
            import gzip

            text = gzip.decompress(text)
        return json.loads(text), length

    state: dict[str, Any] = {"incarnation": None, "cursors": {}, "digests": {}}
    began, rows, size = time.perf_counter(), 0, 0
    while True:
        answer, length = ask(state)
        size += length
        state["incarnation"] = answer["incarnation"]
        for scope, page in answer["changes"].items():
            rows += len(page["rows"])
            state["cursors"][scope] = page["to"]
            state["digests"][scope] = page["digest"]
        if not any(page["more"] for page in answer["changes"].values()):
            break
    seconds = time.perf_counter() - began
    quiet = []
    for _ in range(PULLS):
        began = time.perf_counter()
        answer, length = ask(state)
        quiet.append(time.perf_counter() - began)
    assert not answer["changes"], answer["changes"]
    return {
        "pull, nothing new, ms": round(statistics.median(quiet) * 1000, 2),
        "pull, nothing new, bytes": length,
        "pull, everything, rows/s": f"{rows / seconds:.0f} ({size / max(rows, 1):.0f} bytes a row)",
    }


# ---- Kinto


def measure_kinto(folder: Path, count: int, runs: int) -> dict[str, Any]:
    """The same values as records; the database server is one of its own, made alike."""
    install()
    with (
        PostgresTemplates.started(folder / "kinto", durable=True) as templates,
        templates.empty() as url,
    ):
        plain = url.replace("postgresql+psycopg", "postgresql")
        config = folder / "kinto.ini"
        config.write_text(CONFIG.format(url=plain))
        subprocess.run([KINTO / "bin" / "kinto", "migrate", "--ini", config], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        with serving_kinto(config) as port:
            for i in range(count):  # one by one: at once, it may answer 409, "please retry"
                make_collection(port, f"client{i}")
            found: dict[str, Any] = {}
            acknowledged = 0
            for batch, operations in BATCHES.items():
                speeds = []
                for _ in range(runs):
                    jobs = [(port, f"client{i}", batch, operations) for i in range(count)]
                    speeds.append(loa.race(push_kinto, jobs))
                    acknowledged += operations // batch * batch * count
                found[f"pushes/s, {batch} a request"] = round(statistics.median(speeds))
            found |= pull_kinto(port, "client0")
            there = sum(records_of(port, f"client{i}") for i in range(count))
    found["acknowledged / there"] = f"{acknowledged} / {there}"
    return found


def install() -> None:
    """Kinto in a virtual environment of its own, once."""
    if (KINTO / "bin" / "kinto").exists():
        return
    subprocess.run([sys.executable, "-m", "venv", KINTO], check=True)
    subprocess.run(
        [KINTO / "bin" / "pip", "install", "-q", "kinto[postgresql]", "gunicorn"], check=True
    )


@contextlib.contextmanager
def serving_kinto(config: Path) -> Iterator[int]:
    port = free_port()
    server = subprocess.Popen(
        [KINTO / "bin" / "gunicorn", "--paste", config, "--workers", "2", "--threads", "8",
         "--bind", f"127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(200):
            with contextlib.suppress(OSError, RuntimeError):
                ask_kinto(http.client.HTTPConnection("127.0.0.1", port), "client0", "GET", "/")
                break
            time.sleep(0.1)
        else:
            raise RuntimeError("Kinto does not answer")
        yield port
    finally:
        server.terminate()
        server.wait(30)


def make_collection(port: int, name: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for path in (f"/buckets/{name}", f"/buckets/{name}/collections/activities"):
        ask_kinto(connection, name, "PUT", path, {})


def push_kinto(port: int, name: str, batch: int, operations: int) -> Iterator[int]:
    """Yields when ready, then the number of records that were answered with 201."""
    from tests.factories.activities import example

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    values = {"data": example()}
    yield 0
    done = 0
    for _ in range(operations // batch):
        paths = [f"/buckets/{name}/collections/activities/records/{uuid.uuid4()}"
                 for _ in range(batch)]  # fmt: skip
        if batch == 1:
            status, _, _ = ask_kinto(connection, name, "PUT", paths[0], values)
            done += status == 201
            continue
        body = {"requests": [{"method": "PUT", "path": f"/v1{path}", "body": values}
                             for path in paths]}  # fmt: skip
        _, answer, _ = ask_kinto(connection, name, "POST", "/batch", body)
        done += sum(each["status"] == 201 for each in answer["responses"])
    assert done == operations // batch * batch
    yield done


def pull_kinto(port: int, name: str) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    path = f"/buckets/{name}/collections/activities/records"
    began = time.perf_counter()
    _, answer, size = ask_kinto(connection, name, "GET", path)
    seconds = time.perf_counter() - began
    rows = len(answer["data"])
    newest = max(record["last_modified"] for record in answer["data"])
    quiet = []
    for _ in range(PULLS):
        began = time.perf_counter()
        _, answer, length = ask_kinto(connection, name, "GET", f'{path}?_since="{newest}"')
        quiet.append(time.perf_counter() - began)
    assert answer["data"] == []
    return {
        "pull, nothing new, ms": round(statistics.median(quiet) * 1000, 2),
        "pull, nothing new, bytes": length,
        "pull, everything, rows/s": f"{rows / seconds:.0f} ({size / rows:.0f} bytes a row)",
    }


def records_of(port: int, name: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    path = f"/buckets/{name}/collections/activities/records"
    _, answer, _ = ask_kinto(connection, name, "GET", path)
    return len(answer["data"])


def ask_kinto(
    connection: http.client.HTTPConnection, name: str, method: str, path: str, body: Any = None
) -> tuple[int, Any, int]:
    """Status, JSON and length of the answer. Raises RuntimeError for a refusal."""
    headers = {
        "Authorization": "Basic " + base64.b64encode(f"{name}:secret".encode()).decode(),
        "Content-Type": "application/json",
    }
    content = None if body is None else json.dumps(body)
    connection.request(method, f"/v1{path}", content, headers)
    response = connection.getresponse()
    text = response.read()
    if response.status >= 400:
        raise RuntimeError(f"{response.status}: {text[:300]!r}")
    return response.status, json.loads(text) if text else None, len(text)


if __name__ == "__main__":
    main()
