"""The first download of a commune's year: 3,000 activities, each with a photo and a review.

    python -m benchmarks.commune_year [--activities 3000] [--shaped]

Counts the bytes of every page as a phone asks for them, packed by gzip and by brotli, and the
seconds that a slow line needs for them. `--shaped` also sends them through a proxy on this machine
that lets 100 kbit/s pass, with 300 ms a trip: it takes a minute or two. Promise: 1 MB by gzip.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import http.client
import json
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import push
from benchmarks.reports import Reporter

BYTES_MAX = 1_000_000
#: Bits a second, and seconds of a round trip.
LINES = {"EDGE 100 kbit/s": (100_000, 0.3), "3G 1 Mbit/s": (1_000_000, 0.1)}
HEAD_BYTES = 700  # of a request's and its answer's headers together


def main() -> int:
    """Print pages, bytes and seconds; 1 if the promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--activities", type=int, default=3_000)
    parser.add_argument("--shaped", action="store_true")
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        push.fresh_database("sqlite", Path(folder)) as url,
    ):
        (client,) = push.prepare(url, folder, 1)
        live_through(url, client, arguments.activities)
        with push.serving(url, folder) as (port, _):
            print("packing   pages     bytes   " + "   ".join(LINES))
            weights = {name: download(port, client, name) for name in ("gzip", "br")}
            for name, pages in weights.items():
                seconds = "   ".join(f"{needed(pages, *line):>13.1f} s" for line in LINES.values())
                print(f"{name:<9} {len(pages):>5} {sum(pages):>9}   {seconds}")
            if arguments.shaped:
                rate, trip = LINES["EDGE 100 kbit/s"]
                with slow_line(port, rate, trip) as slow:
                    began = time.perf_counter()
                    download(slow, client, "br")
                    print(f"brotli over a line of 100 kbit/s: {time.perf_counter() - began:.1f} s")
    return int(sum(weights["gzip"]) >= BYTES_MAX)


def needed(pages: list[int], rate: int, trip: float) -> float:
    """Seconds for the pages, one after another."""
    return sum((size + HEAD_BYTES) * 8 / rate + trip for size in pages)


def live_through(url: str, client: push.Client, count: int) -> None:
    """A year of work in the client's commune: recorded, submitted, photos verified, approved."""
    import os

    from server.activities import operations
    from server.app import create_app
    from server.database import db
    from server.settings import from_environment
    from sync.operation import parse_operation
    from tests.factories.activities import actor_of

    app = create_app(from_environment({**os.environ, "LOA_DATABASE_URL": url}))
    reporter = Reporter(client.scope)
    now = datetime.now(UTC) - timedelta(days=1)
    with app.app_context():
        from server.accounts.models import Account

        session = db.session()
        author = actor_of(session, session.get(Account, client.account), now)  # type: ignore[arg-type]
        for _ in range(0, count, 50):
            session.rollback()
            creates = [reporter.create() for _ in range(50)]
            steps = [each for create in creates for each in (create, reporter.submit(create))]
            results = operations.apply_batch(
                session, author, now, [parse_operation(each) for each in steps]
            )
            assert {each.outcome.name for each in results} == {"applied"}, results
            session.commit()
            _approve(session, author, now, creates)
        db.session.remove()
        db.engine.dispose()


def _approve(session: Any, author: Any, now: datetime, creates: list[dict[str, Any]]) -> None:
    from server.activities import operations
    from server.evidence.models import Photo, Upload
    from server.http.actor import SYSTEM

    for create in creates:
        (photo,) = create["add"]["evidence"]
        session.add(
            Upload(
                account_id=author.account_id,
                sha256=photo["sha256"],
                size=photo["size"],
                media_type="image/jpeg",
                filename="a.jpg",
                offset=photo["size"],
                created_at=now,
                expires_at=now,
                settled_at=now,
            )
        )
        session.add(
            Photo(
                sha256=photo["sha256"],
                size=photo["size"],
                state="verified",
                verified_at=now,
                media_type="image/jpeg",
                width=1600,
                height=1200,
            )
        )
        review = {
            "decision": "approve",
            "at": now.isoformat(timespec="milliseconds"),
            "by": {"id": SYSTEM.account_id, "name": "Trần Thị Bình"},
            "remarks": [],
        }
        operations.record_decision(session, SYSTEM, now, create["activity"], "approved", review, 2)
    session.commit()  # fmt: skip


def download(port: int, client: push.Client, encoding: str) -> list[int]:
    """Bytes of the body of each page of the first download."""
    import brotli

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    state: dict[str, Any] = {"incarnation": None, "cursors": {}, "digests": {}}
    sizes: list[int] = []
    while True:
        headers = {"Authorization": f"Bearer {client.token}", "Content-Type": "application/json",
                   "Accept-Encoding": encoding}  # fmt: skip
        body = json.dumps({"protocol": 1, **state})
        connection.request("POST", "/api/v1/sync", body, headers)
        response = connection.getresponse()
        text = response.read()
        if response.status != 200:
            raise RuntimeError(f"{response.status}: {text[:300]!r}")
        packing = response.headers.get("Content-Encoding")
        unpack = {"br": brotli.decompress, "gzip": gzip.decompress}.get(packing or "", bytes)
        answer = json.loads(unpack(text))
        state["incarnation"] = answer["incarnation"]
        for scope in answer["grants"]["added"]:
            state["cursors"].setdefault(scope, 0)
            state["digests"].setdefault(scope, "0" * 16)
        if not answer["changes"]:
            return sizes
        sizes.append(len(text))
        for scope, page in answer["changes"].items():
            state["cursors"][scope] = page["to"]
            if not page["more"]:
                state["digests"][scope] = page["digest"]


@contextlib.contextmanager
def slow_line(port: int, rate: int, trip: float) -> Iterator[int]:
    """A proxy that lets `rate` bits a second through each way, half a `trip` late."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def carry(source: socket.socket, target: socket.socket) -> None:
            with contextlib.suppress(OSError):
                while piece := source.recv(max(256, rate // 8 // 20)):
                    time.sleep(trip / 2 + len(piece) * 8 / rate if len(piece) < 600
                               else len(piece) * 8 / rate)  # fmt: skip
                    target.sendall(piece)
                target.shutdown(socket.SHUT_WR)

        def answer() -> None:
            with contextlib.suppress(OSError):
                while True:
                    near, _ = door.accept()
                    far = socket.create_connection(("127.0.0.1", port))
                    for pair in ((near, far), (far, near)):
                        threading.Thread(target=carry, args=pair, daemon=True).start()

        threading.Thread(target=answer, daemon=True).start()
        yield int(door.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
