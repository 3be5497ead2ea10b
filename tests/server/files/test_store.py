"""One contract for every store."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest

from server.files.store import (
    HashMismatchError,
    MissingObjectError,
    OffsetMismatchError,
    Store,
    check_key,
    sharded_path,
    store_for,
)

CONTENT = bytes(range(256)) * 40
SHA256 = hashlib.sha256(CONTENT).hexdigest()
GROWING, FINAL = f"growing/{SHA256}", f"photo/{SHA256}"


@pytest.fixture(params=["disk", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return store_for("memory:" if request.param == "memory" else str(tmp_path / "files"))


def test_an_object_grows_chunk_by_chunk_and_is_finished(store: Store) -> None:
    assert store.size(GROWING) == 0
    assert store.append(GROWING, 0, CONTENT[:1000]) == 1000
    assert store.size(GROWING) == 1000
    assert store.append(GROWING, 1000, CONTENT[1000:]) == len(CONTENT)
    store.finish(GROWING, FINAL, SHA256)
    assert store.read(FINAL) == CONTENT
    assert not store.exists(GROWING)
    assert store.size(GROWING) == 0


@pytest.mark.parametrize("offset", [0, 999, 1001, 5000])
def test_an_append_elsewhere_than_at_the_end_changes_nothing(store: Store, offset: int) -> None:
    store.append(GROWING, 0, CONTENT[:1000])
    with pytest.raises(OffsetMismatchError) as refused:
        store.append(GROWING, offset, b"x")
    assert refused.value.size == 1000
    assert store.read(GROWING) == CONTENT[:1000]


def test_what_was_added_can_be_taken_back(store: Store) -> None:
    store.append(GROWING, 0, CONTENT[:1000])
    store.append(GROWING, 1000, bytes(len(CONTENT) - 1000))
    store.shorten(GROWING, 1000)
    store.shorten(GROWING, 2000)  # it is no longer than that
    assert store.size(GROWING) == 1000
    store.append(GROWING, 1000, CONTENT[1000:])
    store.finish(GROWING, FINAL, SHA256)


def test_an_append_to_nothing_at_an_offset_leaves_nothing_behind(store: Store) -> None:
    with pytest.raises(OffsetMismatchError):
        store.append(GROWING, 10, b"x")
    assert not store.exists(GROWING)


def test_of_appends_at_the_same_offset_exactly_one_wins(store: Store) -> None:
    store.append(GROWING, 0, b"start")
    verdicts: list[str] = []
    gate = threading.Barrier(8)

    def append(letter: bytes) -> None:
        gate.wait()
        try:
            store.append(GROWING, 5, letter * 1000)
            verdicts.append("won")
        except OffsetMismatchError:
            verdicts.append("lost")

    threads = [threading.Thread(target=append, args=(bytes([65 + i]),)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(verdicts) == ["lost"] * 7 + ["won"]
    rest = store.read(GROWING, 5)
    assert len(rest) == 1000
    assert len(set(rest)) == 1


def test_an_object_is_not_finished_under_a_name_that_is_not_its_hash(store: Store) -> None:
    store.append(GROWING, 0, CONTENT[:-1] + b"?")
    with pytest.raises(HashMismatchError):
        store.finish(GROWING, FINAL, SHA256)
    assert not store.exists(FINAL)
    assert store.size(GROWING) == len(CONTENT)


def test_finishing_what_is_there_already_is_no_trouble(store: Store) -> None:
    for _ in range(2):
        store.append(GROWING, 0, CONTENT)
        store.finish(GROWING, FINAL, SHA256)
    assert store.read(FINAL) == CONTENT


def test_finishing_nothing_says_so(store: Store) -> None:
    with pytest.raises(MissingObjectError):
        store.finish(GROWING, FINAL, SHA256)


def test_a_range_is_read(store: Store) -> None:
    store.put(FINAL, CONTENT)
    assert store.read(FINAL, 10, 5) == CONTENT[10:15]
    assert store.read(FINAL, len(CONTENT) - 2, 50) == CONTENT[-2:]
    with store.open(FINAL) as file:
        assert file.read() == CONTENT


def test_put_replaces_and_delete_forgets(store: Store) -> None:
    key = f"thumb/{SHA256}.webp"
    store.put(key, b"old")
    store.put(key, b"new")
    assert store.read(key) == b"new"
    store.delete(key)
    store.delete(key)
    assert not store.exists(key)
    with pytest.raises(MissingObjectError):
        store.read(key)


@pytest.mark.parametrize("key", ["photo/../../etc/passwd", "photo/AB", "/etc", f"x/{'g' * 64}", ""])
def test_a_key_cannot_leave_the_store(key: str) -> None:
    with pytest.raises(AssertionError):
        check_key(key)


def test_keys_are_spread_over_folders() -> None:
    assert sharded_path(FINAL) == f"photo/{SHA256[:2]}/{SHA256[2:4]}/{SHA256}"


def test_an_unknown_kind_of_storage_is_named() -> None:
    with pytest.raises(ValueError, match="ftp"):
        store_for("ftp://example")
