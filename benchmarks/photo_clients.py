"""How long an ordinary request waits while eight phones post photos without a pause.

    python -m benchmarks.photo_clients [--clients 8] [--seconds 15]

Starts the real server, enrols a phone, and lets every client upload a photo of its own again and
again (each different, so each is hashed, decoded and scaled). Beside them `GET /readyz`, which
reads the database, is asked twenty times a second. The figure to look at is the ratio of the
latency beside the uploads to the latency alone, in the same run.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import http.client
import io
import json
import statistics
import tempfile
import threading
import time
from pathlib import Path

from PIL import Image

from tests.support.serving import Server

ASK_EVERY_S = 0.05
FLOOR_S = 4.0


def main() -> None:
    """Run the benchmark by the command line's arguments."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=15.0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        server.loa("init")
        account = server.add_account("collaborator", "c-00004-2025", "Nông Thị Đo")
        with server.running():
            token = _enrol(server.port, account["enrolment_code"])
            alone = _ask(server.port, FLOOR_S)
            ends_at = time.monotonic() + arguments.seconds
            done = [0] * arguments.clients
            threads = [
                threading.Thread(target=_post, args=(server.port, token, number, ends_at, done))
                for number in range(arguments.clients)
            ]
            for thread in threads:
                thread.start()
            beside = _ask(server.port, arguments.seconds)
            for thread in threads:
                thread.join()
    print(json.dumps({
        "clients": arguments.clients,
        "photos_per_s": round(sum(done) / arguments.seconds, 1),
        "alone_ms": _figures(alone),
        "beside_uploads_ms": _figures(beside),
        "median_ratio": round(statistics.median(beside) / statistics.median(alone), 1),
    }, indent=1))  # fmt: skip


def _enrol(port: int, code: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(
        "POST", "/api/v1/devices", json.dumps({"enrolment_code": code, "name": "benchmark"}),
        {"Content-Type": "application/json"},
    )  # fmt: skip
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return str(answer["token"])


def _photo(seed: int) -> bytes:
    """A JPEG of about 200 kB, as a phone sends it; no two seeds give the same bytes."""
    picture = Image.effect_noise((1600, 1200), 24).convert("RGB")
    picture.paste((seed * 37 % 255, seed * 91 % 255, 120), (0, 0, 1600, 700))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=60, comment=str(seed).encode())
    return file.getvalue()


def _post(port: int, token: str, number: int, ends_at: float, done: list[int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = _photo(number)
    while time.monotonic() < ends_at:
        # A comment behind the picture's end makes another photo without drawing it again
        photo = body + f"{number}-{done[number]}".encode()
        sha256 = hashlib.sha256(photo).hexdigest()
        metadata = {"sha256": sha256, "type": "image/jpeg", "filename": "anh.jpg"}
        connection.request("POST", "/api/v1/uploads", photo, {
            "Authorization": f"Bearer {token}", "Tus-Resumable": "1.0.0",
            "Upload-Length": str(len(photo)), "Content-Type": "application/offset+octet-stream",
            "Upload-Metadata": ",".join(
                f"{key} {base64.b64encode(value.encode()).decode()}"
                for key, value in metadata.items()
            ),
        })  # fmt: skip
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status == 201, (answer.status, text)
        done[number] += 1
    connection.close()


def _ask(port: int, seconds: float) -> list[float]:
    latencies = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        started = time.monotonic()
        connection.request("GET", "/readyz")
        connection.getresponse().read()
        latencies.append((time.monotonic() - started) * 1000)
        time.sleep(ASK_EVERY_S)
    connection.close()
    return latencies


def _figures(latencies: list[float]) -> dict[str, float]:
    ordered = sorted(latencies)
    return {
        "median": round(statistics.median(ordered), 1),
        "p95": round(ordered[int(len(ordered) * 0.95)], 1),
        "max": round(ordered[-1], 1),
    }


if __name__ == "__main__":
    main()
