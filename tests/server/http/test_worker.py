"""The thread worker does not wait for closing clients on its main loop."""

from __future__ import annotations

import socket
import time

import pytest
from gunicorn.workers import gthread

from server.http.worker import LINGER_S, LingeringThreadWorker


class _Connection:
    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock

    def close(self, graceful: bool = False) -> None:
        raise AssertionError("the main loop closes it")


@pytest.mark.parametrize(("result", "closed"), [(False, True), (True, False)])
def test_thread_closes_what_is_done(
    monkeypatch: pytest.MonkeyPatch, result: bool, closed: bool
) -> None:
    monkeypatch.setattr(gthread.ThreadWorker, "handle", lambda _self, _conn: result)
    ours, theirs = socket.socketpair()
    worker = LingeringThreadWorker.__new__(LingeringThreadWorker)
    connection = _Connection(ours)
    started = time.perf_counter()
    assert worker.handle(connection) is result
    assert time.perf_counter() - started < LINGER_S + 1  # `theirs` never closes
    assert (ours.fileno() == -1) is closed
    if closed:
        connection.close(graceful=True)  # what the main loop does next
    ours.close()
    theirs.close()


def test_silent_connections_hold_a_thread_for_a_moment_only() -> None:
    assert gthread.DEFAULT_WORKER_DATA_TIMEOUT == LINGER_S
