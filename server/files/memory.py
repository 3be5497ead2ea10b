"""A store in memory: for tests and throw-away servers. It forgets everything with its process."""

from __future__ import annotations

import hashlib
import io
import threading
from typing import BinaryIO

from server.files.store import (
    HashMismatchError,
    MissingObjectError,
    OffsetMismatchError,
    check_key,
)


class MemoryStore:
    """Keeps the port's promises but for the power cut."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._objects: dict[str, bytes] = {}

    def append(self, key: str, offset: int, chunk: bytes) -> int:
        with self._lock:
            present = self._objects.get(check_key(key), b"")
            if len(present) != offset:
                raise OffsetMismatchError(len(present))
            self._objects[key] = present + chunk
            return offset + len(chunk)

    def size(self, key: str) -> int:
        return len(self._objects.get(check_key(key), b""))

    def shorten(self, key: str, size: int) -> None:
        with self._lock:
            self._objects[key] = self._objects.get(check_key(key), b"")[:size]

    def finish(self, key: str, final: str, sha256: str) -> None:
        with self._lock:
            content = self._find(key)
            if hashlib.sha256(content).hexdigest() != sha256:
                raise HashMismatchError(key)
            self._objects[check_key(final)] = self._objects.pop(key)

    def put(self, key: str, content: bytes) -> None:
        self._objects[check_key(key)] = bytes(content)

    def open(self, key: str) -> BinaryIO:
        return io.BytesIO(self._find(key))

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        end = None if length is None else start + length
        return self._find(key)[start:end]

    def delete(self, key: str) -> None:
        self._objects.pop(check_key(key), None)

    def exists(self, key: str) -> bool:
        return check_key(key) in self._objects

    def _find(self, key: str) -> bytes:
        try:
            return self._objects[check_key(key)]
        except KeyError:
            raise MissingObjectError(key) from None
