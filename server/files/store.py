"""Where bytes lie, as the rest of the house sees it: the port, its errors, its keys.

Two lives of an object: while it *grows* it is appended to at a known offset, and nothing reads it
but its owner; once *finished* it never changes, and its name is the SHA-256 of its bytes.
Not here: who may read what (`evidence.queries`) and any particular storage (`disk`, `memory`).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO, Protocol

#: `<shelf>/<64 hex digits>`, and a suffix for what is derived from it (`thumb/ab…ef.webp`).
_KEY = re.compile(r"[a-z]{1,20}/[0-9a-f]{64}(\.[a-z0-9]{1,8})?")


class MissingObjectError(LookupError):
    """No finished or growing object bears this key."""


class OffsetMismatchError(Exception):
    """An append named another offset than the object's size, which is `size`."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the object holds {size} bytes")
        self.size = size


class HashMismatchError(Exception):
    """The bytes are not those that the name promises; the growing object is left as it was."""


class Store(Protocol):
    """What every storage keeps; one contract suite holds all of them to it.

    A call that returns has reached the disk: a power cut afterwards takes nothing back.
    """

    def append(self, key: str, offset: int, chunk: bytes) -> int:
        """Add `chunk` to the growing object at `offset`, its present size; return the new size.

        Of two callers at one offset exactly one succeeds. Raises `OffsetMismatchError`; after any
        failure the object ends at `offset` again or holds a true prefix of the chunk.
        """
        ...

    def size(self, key: str) -> int:
        """Bytes of the growing object that survive a power cut; 0 when there is none."""
        ...

    def shorten(self, key: str, size: int) -> None:
        """Take back what the growing object holds beyond `size` bytes."""
        ...

    def finish(self, key: str, final: str, sha256: str) -> None:
        """Turn the growing object `key` into the finished `final`, whose bytes hash to `sha256`.

        The hash is taken while nobody can append, so what is named is what was checked. Raises
        `HashMismatchError`, `MissingObjectError`. An equal `final` may already be there.
        """
        ...

    def put(self, key: str, content: bytes) -> None:
        """Write a finished object in one go, replacing an older one."""
        ...

    def open(self, key: str) -> BinaryIO:
        """A reader over the object (growing or finished). Raises `MissingObjectError`."""
        ...

    def read(self, key: str, start: int = 0, length: int | None = None) -> bytes:
        """`length` bytes from `start` (all that follow by default); short at the end."""
        ...

    def delete(self, key: str) -> None:
        """Forget the object; nothing happens when there is none."""
        ...

    def exists(self, key: str) -> bool:
        """Whether an object, growing or finished, bears this key."""
        ...


def check_key(key: str) -> str:
    """`key` itself; another shape is our own mistake and would be a way out of the root."""
    assert _KEY.fullmatch(key), f"not a key: {key!r}"
    return key


def sharded_path(key: str) -> str:
    """`photo/abcd…` → `photo/ab/cd/abcd…`: no folder grows beyond some thousands of entries."""
    shelf, name = check_key(key).split("/")
    return f"{shelf}/{name[:2]}/{name[2:4]}/{name}"


def store_for(files_url: str) -> Store:
    """The store at `files_url`: a folder's path, `file:///…`, or `memory:` (tests)."""
    from server.files.disk import DiskStore
    from server.files.memory import MemoryStore

    if files_url == "memory:":
        return MemoryStore()
    if "://" in files_url and not files_url.startswith("file://"):
        raise ValueError(f"no storage known for {files_url.partition('://')[0]}://")
    return DiskStore(Path(files_url.removeprefix("file://")))
