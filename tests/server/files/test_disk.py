"""What only a disk can get wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from server.files.disk import DiskStore

KEY = f"growing/{'a' * 64}"


def test_a_chunk_that_did_not_reach_the_disk_is_not_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = DiskStore(tmp_path)
    store.append(KEY, 0, b"first")

    def broken(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", broken)
        with pytest.raises(OSError, match="No space"):
            store.append(KEY, 5, b"second")
    assert store.size(KEY) == 5
    assert store.append(KEY, 5, b"second") == 11


def test_bytes_are_synced_before_the_name_and_the_name_before_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order of finding F4, seen from the calls."""
    calls: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def seen_fsync(descriptor: int) -> None:
        kind = "folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file"
        calls.append(f"fsync {kind}")
        fsync(descriptor)

    def seen_replace(self: Path, target: Path) -> Path:
        calls.append("rename")
        return replace(self, target)

    store = DiskStore(tmp_path)
    store.put(KEY.replace("a", "b"), b"")  # the folders are there
    store.put(KEY, b"old")
    monkeypatch.setattr(os, "fsync", seen_fsync)
    monkeypatch.setattr(Path, "replace", seen_replace)
    store.put(KEY, b"new")
    assert calls == ["fsync file", "rename", "fsync folder"]


def test_a_failed_put_leaves_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = DiskStore(tmp_path)
    store.put(KEY, b"old")

    def broken(self: Path, target: Path) -> Path:
        raise OSError("broken")

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(OSError, match="broken"):
        store.put(KEY, b"new")
    assert store.read(KEY) == b"old"
    assert len([p for p in tmp_path.rglob("*") if p.is_file()]) == 1
