"""Uploads under real conditions: a standard client, broken lines, two at once, a killed server."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import requests
from flask import Flask
from sqlalchemy.orm import Session
from tusclient.client import TusClient

from server.database import db
from server.evidence import queries
from server.evidence.decoder import shared_decoder
from server.evidence.receiving import Receiver, growing_key, photo_key
from server.evidence.tus import Chunk, Creation
from server.files.disk import DiskStore
from server.settings import Settings
from tests.factories.evidence import Photo, make_heavy_photo, make_photo
from tests.server.evidence.conftest import Phone


def _client(address: str, phone: Phone) -> TusClient:
    return TusClient(f"{address}/api/v1/uploads", headers=phone.headers)


def _metadata(photo: Photo) -> dict[str, str]:
    return {"sha256": photo.sha256, "type": photo.media_type, "filename": "loa.jpg"}


def _is_verified(app: Flask, photo: Photo) -> bool:
    with app.app_context():
        return queries.verified(db.session(), [photo.sha256]) == {photo.sha256}


@pytest.mark.parametrize("chunk_size", [60_000, 10_000_000])
def test_a_standard_client_uploads(
    app: Flask, address: str, phone: Phone, settings: Settings, chunk_size: int
) -> None:
    photo = make_heavy_photo(size_bytes=300_000)
    uploader = _client(address, phone).uploader(
        file_stream=io.BytesIO(photo.content), chunk_size=chunk_size, metadata=_metadata(photo)
    )
    uploader.upload()
    assert uploader.url == f"{address}/api/v1/uploads/{photo.sha256}"
    assert _is_verified(app, photo)
    assert DiskStore(Path(settings.files_url)).read(photo_key(photo.sha256)) == photo.content


def test_a_standard_client_goes_on_where_another_stopped(
    app: Flask, address: str, phone: Phone
) -> None:
    photo = make_heavy_photo(size_bytes=300_000)
    first = _client(address, phone).uploader(
        file_stream=io.BytesIO(photo.content), chunk_size=50_000, metadata=_metadata(photo)
    )
    first.upload(stop_at=120_000)
    second = _client(address, phone).uploader(
        file_stream=io.BytesIO(photo.content), url=first.url, chunk_size=50_000
    )
    assert second.offset >= 120_000
    second.upload()
    assert _is_verified(app, photo)


def test_a_standard_client_that_starts_anew_is_told_where_to_go_on(
    app: Flask, address: str, phone: Phone
) -> None:
    photo = make_heavy_photo(size_bytes=300_000)
    for stop_at in (100_000, None):
        uploader = _client(address, phone).uploader(
            file_stream=io.BytesIO(photo.content), chunk_size=50_000,
            metadata=_metadata(photo), retries=1, retry_delay=0,
        )  # fmt: skip
        uploader.upload(stop_at=stop_at)
    assert _is_verified(app, photo)


def test_what_came_before_the_line_broke_is_kept(address: str, phone: Phone, app: Flask) -> None:
    photo = make_heavy_photo(size_bytes=400_000)
    url = _opened(address, phone, photo)
    _send_and_hang_up(url, phone, photo, 250_000)
    offset = _offset_reaching(url, phone, 250_000)
    answer = requests.patch(url, data=photo.content[offset:], timeout=30,
                            headers=_chunk_headers(phone, offset))  # fmt: skip
    assert answer.headers["Upload-Verified"] == "true"
    assert _is_verified(app, photo)


def test_of_two_at_once_none_leaves_a_gap(app: Flask, address: str, phone: Phone) -> None:
    photo = make_heavy_photo(size_bytes=1_500_000)
    url = _opened(address, phone, photo)
    statuses: list[int] = []
    gate = threading.Barrier(4)

    def send() -> None:
        gate.wait()
        answer = requests.patch(url, data=photo.content, timeout=30,
                                headers=_chunk_headers(phone, 0))  # fmt: skip
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {204, 409}
    head = requests.head(url, headers=phone.tus, timeout=30)
    offset = int(head.headers["Upload-Offset"])
    if offset < len(photo.content):
        requests.patch(url, data=photo.content[offset:], timeout=30,
                       headers=_chunk_headers(phone, offset))  # fmt: skip
    assert _is_verified(app, photo)


def test_a_killed_server_lost_nothing_that_it_acknowledged(
    app: Flask, phone: Phone, settings: Settings
) -> None:
    photo = make_heavy_photo(size_bytes=3_000_000)
    half = len(photo.content) // 2
    with _server(settings) as (address, process):
        url = _opened(address, phone, photo)
        answer = requests.patch(url, data=photo.content[:half], timeout=30,
                                headers=_chunk_headers(phone, 0))  # fmt: skip
        acknowledged = int(answer.headers["Upload-Offset"])
        assert acknowledged == half
        _send_and_hang_up(url, phone, photo, 600_000, start=half, then=process.kill)
        process.wait(20)
    with _server(settings) as (address, _):
        url = f"{address}/api/v1/uploads/{photo.sha256}"
        head = requests.head(url, headers=phone.tus, timeout=30)
        offset = int(head.headers["Upload-Offset"])
        assert acknowledged <= offset <= half + 600_000
        answer = requests.patch(url, data=photo.content[offset:], timeout=30,
                                headers=_chunk_headers(phone, offset))  # fmt: skip
        assert answer.headers["Upload-Verified"] == "true"
    assert _is_verified(app, photo)


@pytest.mark.parametrize("finished", [False, True])
def test_what_a_crash_interrupted_is_taken_up_by_the_next_request(
    app: Flask, session: Session, phone: Phone, tmp_path: Path, now: datetime, finished: bool
) -> None:
    """All bytes are here, perhaps under their final name, but no row says so yet."""
    photo, account = make_photo(), phone.account.id
    receiver = Receiver(DiskStore(tmp_path / "bytes"), shared_decoder())
    creation = Creation(photo.sha256, len(photo.content), "image/jpeg", "", None)
    receiver.open(now, account, creation)
    key = growing_key(account, photo.sha256)
    receiver.store.append(key, 0, photo.content)
    if finished:
        from server.evidence import operations
        from server.http.transaction import writing

        with writing() as written:
            operations.note_offset(written, now, account, photo.sha256, len(photo.content))
        receiver.store.finish(key, photo_key(photo.sha256), photo.sha256)
    assert receiver.progress(now, account, photo.sha256).verified
    assert queries.verified(session, [photo.sha256]) == {photo.sha256}


def test_a_length_whose_bytes_a_power_cut_took_costs_only_what_was_not_acknowledged(
    app: Flask, session: Session, phone: Phone, tmp_path: Path, now: datetime
) -> None:
    photo, account = make_photo(), phone.account.id
    receiver = Receiver(DiskStore(tmp_path / "bytes"), shared_decoder())
    creation = Creation(photo.sha256, len(photo.content), "image/jpeg", "", None)
    present = receiver.open(now, account, creation)
    first, rest = photo.content[:3000], photo.content[3000:]
    chunk = Chunk(0, len(first), None)
    receiver.append(now, account, present, chunk, io.BytesIO(first))
    receiver.store.append(growing_key(account, photo.sha256), 3000, bytes(len(rest)))
    present = receiver.progress(now, account, photo.sha256)
    assert (present.offset, present.verified) == (3000, False)
    done = receiver.append(now, account, present, Chunk(3000, len(rest), None), io.BytesIO(rest))
    assert done.verified
    assert queries.verified(session, [photo.sha256]) == {photo.sha256}


def _opened(address: str, phone: Phone, photo: Photo) -> str:
    uploader = _client(address, phone).uploader(
        file_stream=io.BytesIO(photo.content), metadata=_metadata(photo)
    )
    return str(uploader.create_url())


def _chunk_headers(phone: Phone, offset: int) -> dict[str, str]:
    return {**phone.tus, "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream"}  # fmt: skip


def _send_and_hang_up(
    url: str, phone: Phone, photo: Photo, count: int, start: int = 0,
    then: object = None,
) -> None:  # fmt: skip
    """Promise the rest of the photo, send `count` bytes of it and close the connection."""
    host, _, path = url.removeprefix("http://").partition("/")
    name, _, port = host.partition(":")
    headers = {**_chunk_headers(phone, start), "Content-Length": str(len(photo.content) - start)}
    lines = "".join(f"{key}: {value}\r\n" for key, value in headers.items())
    with socket.create_connection((name, int(port))) as line:
        line.sendall(f"PATCH /{path} HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n".encode())
        line.sendall(photo.content[start : start + count])
        if callable(then):
            then()


def _offset_reaching(url: str, phone: Phone, expected: int) -> int:
    """The server notices the broken line in its own time."""
    deadline = time.monotonic() + 10
    while True:
        head = requests.head(url, headers=phone.tus, timeout=30)
        offset = int(head.headers["Upload-Offset"])
        if offset >= expected or time.monotonic() > deadline:
            assert offset == expected
            return offset
        time.sleep(0.05)


@contextlib.contextmanager
def _server(settings: Settings) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A real server process over the same database and files."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "LOA_DATA_DIR": str(settings.data_dir),
        "LOA_DATABASE_URL": settings.database_url,
        "LOA_SECRET_KEY": settings.secret_key,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--no-control-socket", "-b", f"127.0.0.1:{port}",
         "--threads", "4", "--log-level", "error", "server.app:create_app()"],
        env=environment, start_new_session=True,
    )  # fmt: skip
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # the group that this test started
        process.wait(20)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server did not start"
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.05)
    raise TimeoutError("the server does not answer")
