"""A store in a folder of this machine. The default.

In power cuts, write and rename without fsync lost every file or damaged about a hundred of them;
fsync of the file alone lost the last one each time. So: fsync file, rename, fsync directory.
Not here: space left on the disk; a full disk raises OSError and takes nothing back.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from server.files.store import (
    HashMismatchError,
    MissingObjectError,
    OffsetMismatchError,
    sharded_path,
)


class DiskStore:
    """Objects as files below `root`, which is made when the first one comes."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def append(self, key: str, offset: int, chunk: bytes) -> int:
        path = self._path(key)
        if offset == 0:
            _make_folder(path.parent)
        with self._locked(path, create=offset == 0) as descriptor:
            if descriptor is None:
                raise OffsetMismatchError(0)
            size = os.fstat(descriptor).st_size
            if size != offset:
                raise OffsetMismatchError(size)
            try:
                _write_all(descriptor, chunk, offset)
                os.fsync(descriptor)
            except OSError:
                # a full disk: what came half is not counted
                with contextlib.suppress(OSError):
                    os.ftruncate(descriptor, offset)
                raise
        if offset == 0:
            _sync_folder(path.parent)
        return offset + len(chunk)

    def size(self, key: str) -> int:
        path = self._path(key)
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            return 0
        try:
            # a process killed between write and fsync left bytes that only memory holds yet
            os.fsync(descriptor)
            return os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)

    def shorten(self, key: str, size: int) -> None:
        with self._locked(self._path(key), create=False) as descriptor:
            if descriptor is not None and os.fstat(descriptor).st_size > size:
                os.ftruncate(descriptor, size)
                os.fsync(descriptor)

    def finish(self, key: str, final: str, sha256: str) -> None:
        path, target = self._path(key), self._path(final)
        _make_folder(target.parent)
        with self._locked(path, create=False) as descriptor:
            if descriptor is None:
                raise MissingObjectError(key)
            with open(descriptor, "rb", closefd=False) as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != sha256:
                raise HashMismatchError(key)
            os.fsync(descriptor)
            path.replace(target)
            _sync_folder(target.parent)
            _sync_folder(path.parent)

    def put(self, key: str, content: bytes) -> None:
        path = self._path(key)
        _make_folder(path.parent)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            with draft.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)

    def open(self, key: str) -> BinaryIO:
        try:
            return self._path(key).open("rb")
        except FileNotFoundError:
            raise MissingObjectError(key) from None

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        with self.open(key) as file:
            file.seek(start)
            return file.read() if length is None else file.read(length)

    def delete(self, key: str) -> None:
        path = self._path(key)
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
            _sync_folder(path.parent)

    def exists(self, key: str) -> bool:
        return self._path(key).exists()

    def _path(self, key: str) -> Path:
        return self._root / sharded_path(key)

    @contextlib.contextmanager
    def _locked(self, path: Path, *, create: bool) -> Iterator[int | None]:
        """A descriptor of `path` that nobody else holds, in any process; None when it is absent."""
        flags = os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if create else 0)
        while True:
            try:
                descriptor = os.open(path, flags, 0o600)
            except FileNotFoundError:
                yield None
                return
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                if not _is_still(path, descriptor):
                    continue  # finished or deleted while we waited: look again
                yield descriptor
                return
            finally:
                os.close(descriptor)  # ends the lock


def _is_still(path: Path, descriptor: int) -> bool:
    """Whether `path` still names the file that `descriptor` holds."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _write_all(descriptor: int, chunk: bytes, offset: int) -> None:
    view = memoryview(chunk)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written


def _make_folder(folder: Path) -> None:
    """Make `folder` and its parents so that each survives a power cut."""
    if folder.exists():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
