"""Photos whose files are gone or spoilt are found, the spoilt ones only by reading them."""

from __future__ import annotations

import hashlib

from sqlalchemy import text
from sqlalchemy.orm import Session

from server.files.memory import MemoryStore
from server.soundness.photos import examine_photos

SHA256 = hashlib.sha256(b"abc").hexdigest()


def test_photos_that_are_gone_or_spoilt(session: Session) -> None:
    session.execute(text(
        "INSERT INTO photo (sha256, size, state, verified_at)"
        f" VALUES ('{SHA256}', 3, 'verified', '2026-11-20 03:00:00')"
    ))  # fmt: skip
    store = MemoryStore()
    assert examine_photos(session, store).fault_count == 3
    assert examine_photos(session, store, hash_bytes=False).fault_count == 3
    for key in (f"thumb/{SHA256}.webp", f"screen/{SHA256}.jpg", f"photo/{SHA256}"):
        store.put(key, b"abc")
    assert examine_photos(session, store).sound
    store.put(f"photo/{SHA256}", b"abd")
    assert examine_photos(session, store, hash_bytes=False).sound
    assert examine_photos(session, store).faults == [f"photo/{SHA256}: its bytes are others"]
