"""How long an ordinary request waits while many clients send their bodies a byte at a time.

    python -m benchmarks.slow_clients [--clients 1000] [--worker-class gthread] [--threads 256]

Starts the real server over a fresh SQLite database, opens the slow clients (each claims a body of
1,000 bytes and sends one byte a second), and beside them asks `GET /readyz` twenty times a second,
a request that reads the database. Prints the latency alone and beside the slow clients. The
figure to look at is their ratio.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

from server import gunicorn_conf

SLOW_HEAD = (
    b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 1000\r\n\r\n"
)
ASK_EVERY_S = 0.05
FLOOR_S = 3.0


def main() -> None:
    """Run the benchmark by the command line's arguments."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--worker-class", default=gunicorn_conf.worker_class)
    parser.add_argument("--threads", type=int, default=gunicorn_conf.threads)
    parser.add_argument("--port", type=int, default=8977)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ, "LOA_DATA_DIR": folder, "PORT": str(arguments.port),
            "LOA_DATABASE_URL": f"sqlite:///{folder}/loa.sqlite3",
        }  # fmt: skip
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "python:server.gunicorn_conf",
             "--worker-class", arguments.worker_class, "--threads", str(arguments.threads),
             "server.wsgi:app"],
            env=environment, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _wait_for(arguments.port)
            floor = asyncio.run(_measure(arguments.port, 0, FLOOR_S))
            beside = asyncio.run(_measure(arguments.port, arguments.clients, arguments.seconds))
        finally:
            server.terminate()
            server.wait(60)
    print(json.dumps({
        "worker_class": arguments.worker_class, "clients": arguments.clients,
        "alone": _figures(floor), "beside": _figures(beside),
        "p95_ratio": round(_p95(beside) / _p95(floor), 1),
    }))  # fmt: skip


async def _measure(port: int, clients: int, seconds: float) -> list[float]:
    """Latencies in seconds of the ordinary requests; one that gets no answer in 10 s counts 10."""
    until = time.monotonic() + seconds
    slow = [asyncio.create_task(_drip(port, until)) for _ in range(clients)]
    await asyncio.sleep(min(2.0, clients / 100))
    latencies: list[float] = []
    while time.monotonic() < until:
        latencies.append(await _ask(port))
        await asyncio.sleep(ASK_EVERY_S)
    for task in slow:
        task.cancel()
    await asyncio.gather(*slow, return_exceptions=True)
    return latencies


async def _drip(port: int, until: float) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(SLOW_HEAD)
        while time.monotonic() < until:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(1)
    finally:
        writer.close()


async def _ask(port: int) -> float:
    started = time.perf_counter()
    try:
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            await reader.read()
            writer.close()
    except (TimeoutError, OSError):
        return 10.0
    return time.perf_counter() - started


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server does not answer")


def _figures(latencies: Sequence[float]) -> dict[str, float]:
    return {
        "asked": len(latencies),
        "median_ms": round(statistics.median(latencies) * 1000, 1),
        "p95_ms": round(_p95(latencies) * 1000, 1),
        "worst_ms": round(max(latencies) * 1000, 1),
    }


def _p95(latencies: Sequence[float]) -> float:
    return sorted(latencies)[int(len(latencies) * 0.95)]


if __name__ == "__main__":
    main()
