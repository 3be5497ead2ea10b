"""CPU time and statements of one request inside the server, and its largest costs.

    python -m benchmarks.cost [--database sqlite|postgresql] [--profile]

No socket and no second process: the WSGI application is called with ready-made bodies, so a noisy
machine hardly moves the figures: CPU time, scaled by a fixed piece of work timed in between.
`--profile` adds where the time goes, by room.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import cProfile
import gzip
import io
import json
import os
import pstats
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import structlog

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import push

#: Requests measured, by batch size.
REQUESTS = {0: 300, 1: 300, 50: 20, 200: 6}


def main() -> None:
    """Print CPU per request and per operation for pulls with nothing new and pushes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--batches", nargs="+", type=int, default=list(REQUESTS))
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    print("database    batch   CPU ms/request   CPU ms/operation   statements")
    for name in arguments.databases:
        with fresh_server(name) as server:
            for batch in arguments.batches:
                server.report(name, batch, arguments.profile)


#: What `measure_yardstick` takes on the machine of the figures in README.md when it is quiet.
YARDSTICK_S = 0.000265
_WORK = {f"field_{number}": [number, str(number), None] for number in range(8)}


class Server:
    """The application over one database, called as gunicorn calls it."""

    def __init__(self, url: str, client: push.Client) -> None:
        from server.app import create_app
        from server.settings import from_environment

        self.app = create_app(from_environment({**os.environ, "LOA_DATABASE_URL": url}))
        # Lines of the log cost what they cost, but nobody reads them between the figures
        structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(io.StringIO()))
        self.client = client
        self.cursors: dict[str, int] = {}
        self.digests: dict[str, str] = {}
        self.incarnation: str | None = None
        self.statements = 0
        self.database_seconds = self._began = 0.0

    def __enter__(self) -> Server:
        from sqlalchemy import event

        from server.database import db

        with self.app.app_context():
            event.listen(db.engine, "before_cursor_execute", self._begin)
            event.listen(db.engine, "after_cursor_execute", self._end)
        while self.sync("")["changes"]:
            pass
        return self

    def __exit__(self, *_: object) -> None:
        from server.database import db

        with self.app.app_context():
            db.engine.dispose()

    def report(self, name: str, batch: int, profile: bool) -> None:
        """Measure one size of batch and print its row."""
        texts = [push.operations_text(self.client, batch) for _ in range(REQUESTS[batch] + 3)]
        for text in texts[:3]:
            self.sync(text)
        self.statements = 0
        profiler = cProfile.Profile()
        spent = yardstick = 0.0
        for text in texts[3:]:
            environ = self.environ(text)
            began = time.thread_time()
            if profile:
                profiler.enable()
            body = self.call(environ)
            profiler.disable()
            spent += time.thread_time() - began
            yardstick += measure_yardstick()
            self.take(body)
        count = len(texts) - 3
        milliseconds = 1000 * spent / count * (YARDSTICK_S / (yardstick / count))
        print(f"{name:<11} {batch:>5} {milliseconds:>16.2f} {milliseconds / max(batch, 1):>18.2f}"
              f" {self.statements / count:>12.1f}", flush=True)  # fmt: skip
        if profile:
            show(profiler)

    def sync(self, text: str) -> dict[str, Any]:
        """One request; the phone takes what came."""
        return self.take(self.call(self.environ(text)))

    def environ(self, text: str) -> dict[str, Any]:
        """The request as gunicorn hands it over."""
        envelope = json.dumps({
            "protocol": 1, "epoch": 0, "last_n": 0, "incarnation": self.incarnation,
            "cursors": self.cursors, "digests": self.digests,
        }, separators=(",", ":"))  # fmt: skip
        body = gzip.compress(f'{envelope[:-1]},"operations":[{text}]}}'.encode(), 1)
        return {
            "REQUEST_METHOD": "POST", "PATH_INFO": "/api/v1/sync", "SCRIPT_NAME": "",
            "QUERY_STRING": "", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", "wsgi.version": (1, 0),
            "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
            "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": "application/json",
            "HTTP_CONTENT_ENCODING": "gzip", "HTTP_ACCEPT_ENCODING": "gzip",
            "HTTP_AUTHORIZATION": f"Bearer {self.client.token}",
        }  # fmt: skip

    def call(self, environ: dict[str, Any]) -> bytes:
        """The answer's body."""
        seen: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[..., object]:
            seen.append((status, dict(headers)))
            return seen.append

        parts = self.app.wsgi_app(environ, start)
        body = b"".join(parts)
        parts.close()  # type: ignore[attr-defined]
        status, headers = seen[0]
        if headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        if not status.startswith("200"):
            raise RuntimeError(f"{status}: {body[:300]!r}")
        return body

    def take(self, body: bytes) -> dict[str, Any]:
        """Move the cursors on, as a phone does."""
        answer: dict[str, Any] = json.loads(body)
        if wrong := [each for each in answer["outcomes"] if each["outcome"] != "applied"]:
            raise RuntimeError(str(wrong[0]))
        self.incarnation = answer["incarnation"]
        for scope, page in answer["changes"].items():
            self.cursors[scope], self.digests[scope] = page["to"], page["digest"]
        for scope in answer["grants"]["added"]:
            self.cursors.setdefault(scope, 0)
            self.digests.setdefault(scope, "0" * 16)
        return answer

    def _begin(self, *_: object) -> None:
        self.statements += 1
        self._began = time.perf_counter()

    def _end(self, *_: object) -> None:
        self.database_seconds += time.perf_counter() - self._began


@contextlib.contextmanager
def fresh_server(name: str) -> Iterator[Server]:
    """The application over a database of its own, with one phone enrolled."""
    with (
        tempfile.TemporaryDirectory() as folder,
        push.fresh_database(name, Path(folder)) as url,
    ):
        (client,) = push.prepare(url, folder, 1)
        with Server(url, client) as server:
            yield server


def measure_yardstick() -> float:
    """CPU seconds of a fixed piece of work: what others do on the machine slows it down alike."""
    began = time.thread_time()
    for _ in range(40):
        json.loads(json.dumps(_WORK))
    return time.thread_time() - began


def show(profiler: cProfile.Profile) -> None:
    """The largest costs: by function, and by package of own time."""
    stats = pstats.Stats(profiler, stream=sys.stdout)
    by_room: collections.Counter[str] = collections.Counter()
    total = 0.0
    for (file, _, name), (_, _, own, _, _) in stats.stats.items():  # type: ignore[attr-defined]
        total += own
        by_room[_room(file, name)] += own
    for room, own in by_room.most_common(14):
        print(f"    {100 * own / total:>5.1f} %  {room}")
    stats.sort_stats("cumulative").print_stats(70)
    stats.sort_stats("tottime").print_stats(40)


def _room(file: str, name: str) -> str:
    for mark in ("site-packages/", "lib/python3.11/"):
        if mark in file:
            return file.split(mark)[1].split("/", maxsplit=1)[0]
    root = str(Path(__file__).parents[1]) + "/"
    return file.removeprefix(root) if file.startswith(root) else f"{file} {name}"


if __name__ == "__main__":
    main()
