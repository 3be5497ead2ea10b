"""Scans a second and their delay, beside an empty route of that server, while codes are tried.

    python -m benchmarks.scan [--databases sqlite postgresql] [--seconds 5] [--guesses 1000]

Starts the real server. Phones (each a connection that asks again when it is answered) open a
leaflet's page and, in turns, `GET /healthz`, which reads nothing and is not even logged. All the
while a process of its own tries unknown codes, a quarter of them with a right check character, so
that they reach the database. Afterwards the rows of all scans are counted: none may be missing.
The figures to look at are the ratios; the goal is within twice the empty route.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import secrets
import statistics
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from server import short_codes
from tests.factories.scans import PHONE
from tests.support.serving import Server

ROUNDS = 4
PHONES = 4
GUESSERS = 16
#: Guesses whose check character is right; of chance it would be one of 32.
WELL_FORMED = 0.25
EMPTY = "/healthz"


def main() -> None:
    """Print a line for each database."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--guesses", type=int, default=1000)
    arguments = parser.parse_args()
    for name in arguments.databases:
        with (
            tempfile.TemporaryDirectory() as folder,
            _database(name, Path(folder)) as url,
        ):
            server = Server(Path(folder), url)
            with server.running("--workers", "2"):
                code = _make_run(server)
                figures = measure(server.port, code, arguments.seconds, arguments.guesses)
                time.sleep(1.5)  # the last batch
                figures["scans_missing"] = figures.pop("opened") - _rows(server)
            print(json.dumps({"database": name, **figures}))


def measure(port: int, code: str, seconds: float, guesses: int) -> dict[str, Any]:
    """Both routes in turns, `ROUNDS` times, under guesses."""
    found: dict[str, list[float]] = {EMPTY: [], f"/q/{code}": []}
    spent: Counter[str] = Counter()
    with guessing(port, guesses) as result:
        for _ in range(ROUNDS):
            for path, latencies in found.items():
                started = time.perf_counter()
                latencies += asyncio.run(_phones(port, path, seconds / ROUNDS))
                spent[path] += int((time.perf_counter() - started) * 1e6)
    empty, page = found.values()
    rates = {path: len(found[path]) / spent[path] * 1e6 for path in found}
    return {
        "scans_per_s": round(rates[f"/q/{code}"]),
        "empty_per_s": round(rates[EMPTY]),
        "rate_ratio": round(rates[EMPTY] / rates[f"/q/{code}"], 2),
        "p50_ms": [_ms(page, 0.5), _ms(empty, 0.5)],
        "p99_ms": [_ms(page, 0.99), _ms(empty, 0.99)],
        "p99_ratio": round(_ms(page, 0.99) / _ms(empty, 0.99), 2),
        "guesses_per_s": round(result["guesses"] / result["seconds"]),
        "guess_statuses": result["statuses"],
        "opened": len(page),
    }


@contextmanager
def guessing(port: int, per_s: int) -> Any:
    """A process that tries codes until the block ends; what it did is in the dictionary then."""
    result: dict[str, Any] = {}
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_guess, args=(port, per_s, theirs), daemon=True)
    process.start()
    try:
        yield result
    finally:
        ours.send("stop")
        result.update(ours.recv())
        process.join(10)


def _guess(port: int, per_s: int, pipe: Connection) -> None:
    pipe.send(asyncio.run(_guesses(port, per_s, pipe)))


async def _guesses(port: int, per_s: int, pipe: Connection) -> dict[str, Any]:
    statuses: Counter[int] = Counter()
    started = time.perf_counter()

    async def one_guesser() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        mine = 0
        while not pipe.poll():
            due = started + mine * GUESSERS / per_s
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            status = await _ask(reader, writer, f"/q/{_unknown_code()}")
            statuses[status] += 1
            mine += 1
        writer.close()

    await asyncio.gather(*(one_guesser() for _ in range(GUESSERS)))
    seconds = time.perf_counter() - started
    return {"guesses": statuses.total(), "seconds": seconds, "statuses": dict(statuses)}


def _unknown_code() -> str:
    code = short_codes.new_code(secrets.token_bytes(short_codes.RANDOM_BYTES))
    if secrets.randbelow(100) < WELL_FORMED * 100:
        return code
    return code[:-1] + ("0" if code[-1] != "0" else "1")


async def _phones(port: int, path: str, seconds: float) -> list[float]:
    """Latencies in seconds of all answers."""
    until = time.perf_counter() + seconds
    latencies: list[float] = []

    async def one_phone() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < until:
            asked = time.perf_counter()
            assert await _ask(reader, writer, path) == 200
            latencies.append(time.perf_counter() - asked)
        writer.close()

    await asyncio.gather(*(one_phone() for _ in range(PHONES)))
    return latencies


_HEADERS = "".join(f"{name}: {value}\r\n" for name, value in PHONE.items())


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str) -> int:
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{_HEADERS}\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n")
                  if line.lower().startswith(b"content-length:"))  # fmt: skip
    if length:
        await reader.readexactly(length)
    return int(head[9:12])


@contextmanager
def _database(name: str, folder: Path) -> Any:
    """The address of a database without tables; None for SQLite's usual place."""
    if name == "sqlite":
        yield None
        return
    from tests.support.databases import PostgresTemplates

    started = PostgresTemplates.started(folder / "server", durable=True)
    with started as templates, templates.empty() as url:
        yield url


def _make_run(server: Server) -> str:
    app = _application(server)
    from server.database import db
    from tests.factories.scans import make_run

    with app.app_context():
        return make_run(db.session(), datetime.now(UTC)).code


def _rows(server: Server) -> int:
    from sqlalchemy import func, select

    from server.database import db
    from server.scans.models import ScanCount

    with _application(server).app_context():
        return int(db.session.execute(select(func.sum(ScanCount.amount))).scalar_one() or 0)


def _application(server: Server) -> Any:
    from server.app import create_app
    from server.settings import from_environment

    return create_app(from_environment(server.environment))


def _ms(latencies: list[float], share: float) -> float:
    if share == 0.5:
        return round(statistics.median(latencies) * 1000, 1)
    return round(sorted(latencies)[int(len(latencies) * share)] * 1000, 1)


if __name__ == "__main__":
    main()
