"""How many operations a second go in over HTTP, beside what the database alone could take.

    python -m benchmarks.push [--clients 16] [--runs 5] [--quick] [--databases sqlite postgresql]

Starts the real server over a fresh database; several phones, each a process with a commune of its
own, push new activities in batches of 1, 50 and 200. Floor and push take turns in one run: as many
processes write the very same rows (read back from what the push left) by the bare driver, one
transaction a batch, counter locked and raised, just as durably (PostgreSQL with fsync, SQLite
FULL). The figure to look at is the ratio; the phones' bodies are made before the clock starts.
`CPU` is what the web workers spend on one operation; other work on the machine moves it least.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import itertools
import json
import multiprocessing
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.floor import sample, write_bare

sys.path.insert(0, str(Path(__file__).parents[1]))

BATCHES = (1, 50, 200)
#: Operations of one client in one run, by batch size: some seconds each.
OPERATIONS = {1: 60, 50: 500, 200: 800}
SECRET = "b" * 48


@dataclass(frozen=True)
class Client:
    """A phone: where it reports, and how it shows who it is."""

    scope: str
    token: str
    account: str = ""
    #: A phone numbers its operations without a gap; one would be taken for a loss.
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))


def main() -> None:
    """Run the benchmark by the command line's arguments and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one short run, to see the noise")
    parser.add_argument("--batches", nargs="+", type=int, default=list(BATCHES))
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    arguments = parser.parse_args()
    runs = 1 if arguments.quick else arguments.runs
    share = 4 if arguments.quick else 1
    print(f"{arguments.clients} phones, median of {runs} runs, {os.cpu_count()} cores")
    print("database    batch   floor op/s   HTTP op/s   HTTP/floor   CPU ms/op   ms per request")
    for name in arguments.databases:
        with tempfile.TemporaryDirectory() as folder, fresh_database(name, Path(folder)) as url:
            clients = prepare(url, folder, arguments.clients)
            measure(name, url, folder, clients, arguments.batches, runs, share)


def measure(
    name: str, url: str, folder: str, clients: list[Client], sizes: list[int], runs: int, share: int
) -> None:
    """Print the rows of one database."""
    with serving(url, folder) as (port, server):
        # a short run warms the server and leaves the rows that the floor writes again
        race(push, [(port, client, batches(client, 1, 5)) for client in clients])
        rows = sample(url)
        for batch in sizes:
            operations = max(batch, OPERATIONS[batch] // share)
            floors, reached, spent = [], [], []
            for _ in range(runs):
                floors.append(
                    race(
                        write_bare,
                        [(url, rows, f"{c.scope}-floor", batch, operations) for c in clients],
                    )
                )
                jobs = [(port, client, batches(client, batch, operations)) for client in clients]
                meter = Meter(server)
                reached.append(race(push, jobs, meter.begin))
                spent.append(meter.seconds() / (operations * len(clients)))
            ratio = statistics.median(r / f for r, f in zip(reached, floors, strict=True))
            milliseconds = 1000 * len(clients) * batch / statistics.median(reached)
            print(f"{name:<11} {batch:>5} {statistics.median(floors):>12.0f}"
                  f" {statistics.median(reached):>11.0f} {ratio:>12.3f}"
                  f" {1000 * statistics.median(spent):>11.2f} {milliseconds:>16.1f}",
                  flush=True)  # fmt: skip


class Meter:
    """CPU time of the processes below the server's first one, from `begin` on."""

    def __init__(self, server: int) -> None:
        self.server, self.before = server, 0

    def begin(self) -> None:
        self.before = sum(_children(self.server).values())

    def seconds(self) -> float:
        """What was spent since `begin`."""
        ticks = sum(_children(self.server).values()) - self.before
        return ticks / os.sysconf("SC_CLK_TCK")


def _children(parent: int) -> dict[int, int]:
    """Processes started by `parent`, with the clock ticks that each has used."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            values = stat.read_text().rpartition(") ")[2].split()
            if int(values[1]) == parent:
                found[int(stat.parent.name)] = int(values[11]) + int(values[12])
    return found


def race(
    work: Callable[..., Iterator[int]],
    jobs: list[tuple[Any, ...]],
    ready: Callable[[], None] = lambda: None,
) -> float:
    """Run the jobs at once, each in a process of its own; operations a second, all together.

    `ready` is called when all have prepared themselves (a phone fetches what is there first) and
    none has begun.
    """
    context = multiprocessing.get_context("fork")  # ready at once
    prepared, start = (context.Barrier(len(jobs) + 1) for _ in range(2))
    results = context.SimpleQueue()
    processes = [
        context.Process(target=_run, args=(work, job, prepared, start, results), daemon=True)
        for job in jobs
    ]
    for process in processes:
        process.start()
    prepared.wait(300)
    ready()
    start.wait(300)
    began = time.perf_counter()
    done = [results.get() for _ in jobs]
    seconds = time.perf_counter() - began
    for process in processes:
        process.join()
    if None in done:
        raise RuntimeError("a client failed")
    return float(sum(done) / seconds)


def _run(
    work: Callable[..., Iterator[int]],
    job: tuple[Any, ...],
    prepared: Any,
    start: Any,
    results: Any,
) -> None:
    try:
        steps = work(*job)
        next(steps)  # type: ignore[call-overload]
        prepared.wait()
        start.wait()
        results.put(next(steps))
    except BaseException:
        prepared.abort()
        start.abort()
        results.put(None)
        raise


# ---- the push


@dataclass(frozen=True)
class Body:
    """Operations ready to send: packed, with what the frame around them needs to know."""

    operations: int
    last_n: int
    text: bytes
    packed: bytes


def batches(client: Client, batch: int, operations: int) -> list[Body]:
    """Bodies ready to send, so that making them costs the machine no time while it is measured."""
    made = []
    for _ in range(operations // batch):
        wires = [created(client) for _ in range(batch)]
        text = json.dumps(wires, ensure_ascii=False, separators=(",", ":")).encode() + b"}"
        packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed = packer.compress(text) + packer.flush()
        made.append(Body(batch, wires[-1]["n"], text, packed))
    return made


def created(client: Client) -> dict[str, Any]:
    """A new activity with ids of this moment, as phones make them: they lie at the index's end."""
    from datetime import UTC, datetime

    from server.database.ids import new_id
    from tests.factories.activities import wire

    now = datetime.now(UTC)
    ids = {"id": new_id(now), "activity": new_id(now)}
    return wire(scope=client.scope, n=next(client.numbers), **ids)


def operations_text(client: Client, batch: int) -> str:
    """`batch` new activities as a phone of this commune sends them, without the list's brackets."""
    return ",".join(
        json.dumps(created(client), ensure_ascii=False, separators=(",", ":")) for _ in range(batch)
    )


_APPLIED = re.compile(rb'"outcome":"applied"')


def push(port: int, client: Client, bodies: list[Body]) -> Iterator[int]:
    """Yields when ready, then pushes and yields the number of operations that were applied."""
    import brotli

    line = socket.create_connection(("127.0.0.1", port), timeout=60)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    state: dict[str, Any] = {"incarnation": None, "cursors": {}, "digests": {}}
    empty = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    nothing = Body(0, 0, b"[]}", empty.compress(b"[]}") + empty.flush())
    while True:
        answer = json.loads(_exchange(line, client, nothing, state, brotli))
        state["incarnation"] = answer["incarnation"]
        for scope in answer["grants"]["added"]:
            state["cursors"].setdefault(scope, 0)
            state["digests"].setdefault(scope, "0" * 16)
        for scope, page in answer["changes"].items():
            state["cursors"][scope], state["digests"][scope] = page["to"], page["digest"]
        if not answer["changes"] and not answer["grants"]["added"]:
            break
    yield 0
    here = re.compile(rb'"%b":\{"to":(\d+),"more":false,"digest":"(\w+)"' % client.scope.encode())
    applied = 0
    for body in bodies:
        text = _exchange(line, client, body, state, brotli)
        applied += len(_APPLIED.findall(text))
        found = here.search(text)
        if found is None:
            raise RuntimeError(text[:500])
        state["cursors"][client.scope] = int(found[1])
        state["digests"][client.scope] = found[2].decode()
    line.close()
    assert applied == sum(body.operations for body in bodies)
    yield applied


def _exchange(
    line: socket.socket, client: Client, body: Body, state: dict[str, Any], brotli: Any
) -> bytes:
    """Send the frame and the ready body as one gzip stream; the answer, unpacked."""
    told = {"protocol": 1, "epoch": 0, "last_n": body.last_n, **state}
    frame = json.dumps(told, separators=(",", ":"))
    start = f'{frame[:-1]},"operations":'.encode()
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH) + body.packed
    size = (len(start) + len(body.text)) & 0xFFFFFFFF
    end = zlib.crc32(body.text, zlib.crc32(start)).to_bytes(4, "little") + size.to_bytes(
        4, "little"
    )
    whole = b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + packed + end
    head = (
        "POST /api/v1/sync HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Encoding: gzip\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"
        f"Authorization: Bearer {client.token}\r\nContent-Length: {len(whole)}\r\n\r\n"
    )
    line.sendall(head.encode() + whole)
    received = line.recv(65536)
    while b"\r\n\r\n" not in received:
        received += line.recv(65536)
    headers, _, text = received.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", headers)
    assert length is not None
    while len(text) < int(length[1]):
        text += line.recv(65536)
    if not headers.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"{headers[:60]!r}: {text[:300]!r}")
    if b"Content-Encoding: br" in headers:
        text = brotli.decompress(text)
    return text


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
    with (
        PostgresTemplates.started(folder / "server", durable=True) as templates,
        templates.fresh() as url,
    ):
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
            clients.append(Client(f"commune:{lineage}", token, account.id))
        db.session.remove()
        db.engine.dispose()
    return clients


@contextlib.contextmanager
def serving(url: str, folder: str) -> Iterator[tuple[int, int]]:
    """The real server over `url`; yields its port and its first process."""
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
        yield port, server.pid
    finally:
        server.terminate()
        try:
            server.wait(5)
        except subprocess.TimeoutExpired:  # nothing of it is needed any more
            for stat in _children(server.pid):
                os.kill(stat, signal.SIGKILL)
            server.kill()
            server.wait(10)


if __name__ == "__main__":
    main()
