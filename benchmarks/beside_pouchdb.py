"""A phone's sync of 1,000 documents beside PouchDB and its own server: trips, bytes, seconds.

    python -m benchmarks.beside_pouchdb [--documents 1000] [--runs 3]

PouchDB and express-pouchdb come from npm into `var/peers/` and keep everything in memory, without
a disk; Loa's server runs as in production over SQLite with its durable commits. One phone sends,
another fetches what it sent, then a third time nothing is new. Bytes are those on the socket,
headers included, both ways. Loa's phone is the replica in Python, packing with gzip as phones do.
"""

from __future__ import annotations

import argparse
import gzip
import json
import socket
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import push as loa
from server import catalogue
from server.catalogue.derive import merging
from sync.replica import Replica
from tests.factories.activities import KIND, example, new_id

HERE = Path(__file__).parent
PACKAGES = HERE.parent / "var" / "peers" / "pouchdb"
NAMES = ("pouchdb-core", "pouchdb-adapter-http", "pouchdb-adapter-memory", "pouchdb-mapreduce",
         "pouchdb-replication", "express-pouchdb", "express@4")  # fmt: skip


@dataclass
class Line:
    """A connection to the server that counts trips and bytes."""

    port: int
    token: str
    requests: int = 0
    up: int = 0
    down: int = 0
    _socket: socket.socket | None = None

    def post(self, message: dict[str, Any]) -> dict[str, Any]:
        body = gzip.compress(json.dumps(message, ensure_ascii=False).encode())
        head = (
            f"POST /api/v1/sync HTTP/1.1\r\nHost: loa\r\nAuthorization: Bearer {self.token}\r\n"
            "Content-Type: application/json\r\nContent-Encoding: gzip\r\nAccept-Encoding: gzip\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode()
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self.port))
        self._socket.sendall(head + body)
        self.requests += 1
        self.up += len(head) + len(body)
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._socket is not None
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._socket.recv(65536)
        head, _, content = received.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").lower().split("\r\n")
        fields = dict(line.split(": ", 1) for line in lines[1:])
        while len(content) < int(fields["content-length"]):
            content += self._socket.recv(65536)
        self.down += len(head) + 4 + len(content)
        if fields.get("content-encoding") == "gzip":
            content = gzip.decompress(content)
        assert lines[0].startswith("http/1.1 200"), content[:300]
        found: dict[str, Any] = json.loads(content)
        return found


def main() -> None:
    """Print a row for each direction and each system."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    print(f"{arguments.documents} documents, median of {arguments.runs} runs")
    print("system    direction   trips   bytes up   bytes down   seconds")
    for name, measure in (("Loa", measure_loa), ("PouchDB", measure_pouchdb)):
        runs = [measure(arguments.documents) for _ in range(arguments.runs)]
        for direction in ("up", "down", "quiet"):
            median = {
                key: statistics.median(run[direction][key] for run in runs)
                for key in ("requests", "up", "down", "seconds")
            }
            print(f"{name:<9} {direction:<10} {median['requests']:>6.0f} {median['up']:>10.0f}"
                  f" {median['down']:>12.0f} {median['seconds']:>9.2f}", flush=True)  # fmt: skip


def measure_loa(documents: int) -> dict[str, Any]:
    """A phone sends, another phone of the same commune fetches, then asks again."""
    with (
        tempfile.TemporaryDirectory() as folder,
        loa.fresh_database("sqlite", Path(folder)) as url,
    ):
        client, *_ = loa.prepare(url, folder, 1)
        with loa.serving(url, folder) as (port, _):
            first, second = _phone(client), _phone(client)
            for phone in (first, second):  # catalogue and plan are not what is measured
                _settle(phone, Line(port, client.token))
            for number in range(documents):
                first.save("create", new_id(), new_id(), scope=client.scope, kind=KIND,
                           kind_version=1, set=_values(number))  # fmt: skip
            found = {
                "up": _measured(first, port, client.token),
                "down": _measured(second, port, client.token),
                "quiet": _measured(second, port, client.token),
            }
            assert len(second.activities()) == documents
            return found


def _values(number: int) -> dict[str, Any]:
    return example(programme_title=f"Bản tin số {number}", note=f"Ghi chú {number * 7919 % 1000}")


def _phone(client: Any) -> Replica:
    def policy(kind: str) -> Any:
        return merging.merge_policy(catalogue.kinds()[kind])

    return Replica(None, (client.scope,), policy, new_id)  # type: ignore[arg-type]


def _measured(phone: Replica, port: int, token: str) -> dict[str, float]:
    line = Line(port, token)
    began = time.perf_counter()
    _settle(phone, line)
    seconds = time.perf_counter() - began
    return {"requests": line.requests, "up": line.up, "down": line.down, "seconds": seconds}


def _settle(phone: Replica, line: Line) -> None:
    """Sync until there is nothing more to say or to read."""
    while True:
        request = phone.make_request()
        answer = line.post(request)
        phone.take_answer(request, answer)
        if phone.idle():
            return


def measure_pouchdb(documents: int) -> dict[str, Any]:
    """The same values as documents, replicated by PouchDB's own protocol."""
    if not (PACKAGES / "node_modules" / "express-pouchdb").exists():
        PACKAGES.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "init", "-y"], cwd=PACKAGES, check=True, capture_output=True)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", *NAMES], cwd=PACKAGES,
                       check=True, capture_output=True)  # fmt: skip
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump([{"_id": new_id(), "kind": KIND, **_values(n)} for n in range(documents)], file)
        file.flush()
        done = subprocess.run(
            ["node", HERE / "beside_pouchdb.mjs", PACKAGES, file.name], check=True,
            capture_output=True, text=True,
        )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert found["documents"] == documents
    return found


if __name__ == "__main__":
    main()
