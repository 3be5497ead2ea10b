"""A slow line between a phone and the server: a proxy that counts what goes up and can hold back
what comes down, so that a test can choose the moment at which a browser dies."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

PIECE_BYTES = 4096


class Line:
    """Forwards every connection to `port`; `up` bytes a second go towards the server."""

    def __init__(self, port: int, up: int) -> None:
        self._to = port
        self._up = up
        self._listener = socket.create_server(("127.0.0.1", 0))
        #: Bytes that went up so far.
        self.sent = 0
        self._flows = threading.Event()
        self._flows.set()
        self._is_over = False

    @property
    def url(self) -> str:
        return f"http://localhost:{self._listener.getsockname()[1]}"

    @contextlib.contextmanager
    def open(self) -> Iterator[Line]:
        threading.Thread(target=self._accept, daemon=True).start()
        try:
            yield self
        finally:
            self._is_over = True
            self._flows.set()
            self._listener.close()

    @contextlib.contextmanager
    def answers_held(self) -> Iterator[None]:
        """The server works, and nothing of it is heard."""
        self._flows.clear()
        try:
            yield
        finally:
            self._flows.set()

    def wait_for(self, more: int, within_s: float = 20) -> None:
        """Until `more` bytes went up from now on."""
        target = self.sent + more
        wait_until(lambda: self.sent >= target, within_s, f"{more} bytes to go up")

    def wait_for_silence(self, quiet_s: float = 1) -> None:
        """Until nothing went up for a while: the phone waits for an answer."""
        before = -1
        while before != self.sent:
            before = self.sent
            time.sleep(quiet_s)

    def _accept(self) -> None:
        while not self._is_over:
            try:
                phone, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                return
            for work in (self._go_up, self._come_down):
                threading.Thread(target=work, args=(phone, server), daemon=True).start()

    def _go_up(self, phone: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError), server:
            while piece := phone.recv(PIECE_BYTES):
                time.sleep(len(piece) / self._up)
                server.sendall(piece)
                self.sent += len(piece)

    def _come_down(self, phone: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError), phone:
            while piece := server.recv(65536):
                self._flows.wait()
                phone.sendall(piece)


def wait_until(is_so: Callable[[], bool], within_s: float, what: str) -> None:
    end = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.02)
