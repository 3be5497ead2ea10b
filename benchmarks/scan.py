"""Scans a second and their delay, beside an empty route of that server, while codes are tried.

    python -m benchmarks.scan [--databases sqlite postgresql] [--seconds 10] [--guesses 1000]

Starts the real server. Phones (each a connection that asks again when it is answered) open a
leaflet's page and, in turns, `GET /healthz`, which reads nothing and is not even logged. All the
while a process of its own tries unknown codes, a quarter of them with a right check character, so
that they are looked for. Afterwards the rows of all scans are counted: none may be missing. Look at
the ratios, each the middle of twelve pairs of turns; the goal is within twice the empty route.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from server import short_codes
from tests.factories.scans import PHONE
from tests.support.serving import Server

#: Short ones in turns, and their middle: other work on the machine comes and goes.
ROUNDS = 12
PHONES = 4
GUESSERS = 16
#: Guesses whose check character is right; of chance it would be one of 32.
WELL_FORMED = 0.25
EMPTY = "/healthz"


def main() -> None:
    """Print a line for each database."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--seconds", type=float, default=10.0)
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
    empty: list[Round] = []
    page: list[Round] = []
    with guessing(port, guesses) as result:
        for _ in range(ROUNDS):
            for path, rounds in ((EMPTY, empty), (f"/q/{code}", page)):
                rounds.append(Round.of(asyncio.run(_phones(port, path, seconds / ROUNDS))))
    pairs = list(zip(empty, page, strict=True))
    return {
        "scans_per_s": _middle(one.per_s for one in page),
        "empty_per_s": _middle(one.per_s for one in empty),
        "rate_ratio": _middle((none.per_s / one.per_s for none, one in pairs), 2),
        "p50_ms": [_middle((one.p50 for one in rounds), 1) for rounds in (page, empty)],
        "p99_ms": [_middle((one.p99 for one in rounds), 1) for rounds in (page, empty)],
        "p99_ratio": _middle((one.p99 / none.p99 for none, one in pairs), 2),
        "p99_ratio_of_all": round(_p99(page) / _p99(empty), 2),
        "load": round(os.getloadavg()[0], 1),
        "guesses_per_s": round(result["guesses"] / result["seconds"]),
        "guess_statuses": result["statuses"],
        "opened": sum(len(one.latencies) for one in page),
    }


@dataclass(frozen=True, slots=True)
class Round:
    """One turn of a route. Latencies in seconds, the rest in answers a second and milliseconds."""

    latencies: list[float]
    per_s: float
    p50: float
    p99: float

    @classmethod
    def of(cls, answered: tuple[list[float], float]) -> Round:
        """Out of latencies and the seconds that it took."""
        latencies, seconds = answered
        ordered = sorted(latencies)
        return cls(latencies, len(ordered) / seconds, ordered[len(ordered) // 2] * 1000,
                   ordered[int(len(ordered) * 0.99)] * 1000)  # fmt: skip


def _p99(rounds: list[Round]) -> float:
    return Round.of(([each for one in rounds for each in one.latencies], 1.0)).p99


def _middle(values: Iterable[float], digits: int | None = None) -> float:
    return round(statistics.median(values), digits)


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


async def _phones(port: int, path: str, seconds: float) -> tuple[list[float], float]:
    """Latencies of all answers and what it took altogether, in seconds."""
    began = time.perf_counter()
    until = began + seconds
    latencies: list[float] = []

    async def one_phone() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < until:
            asked = time.perf_counter()
            assert await _ask(reader, writer, path) == 200
            latencies.append(time.perf_counter() - asked)
        writer.close()

    await asyncio.gather(*(one_phone() for _ in range(PHONES)))
    return latencies, time.perf_counter() - began


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


if __name__ == "__main__":
    main()
