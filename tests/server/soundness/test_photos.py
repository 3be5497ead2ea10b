"""Photos whose files are gone or spoilt are found, the spoilt ones only by reading them."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from server.files.memory import MemoryStore
from server.leaflets.files import file_key, keep_pdf
from server.soundness.photos import examine_leaflet_files, examine_photos
from tests.factories.leaflets import make_version

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


def test_files_of_leaflets_are_examined_too(session: Session, now: datetime) -> None:
    store = MemoryStore()
    kept = keep_pdf(store, b"%PDF-1.7\n%%EOF\n")
    version = make_version(session, now, contents={
        "vi": {"blocks": [], "audio": {"sha256": "b" * 64, "media_type": "audio/ogg", "bytes": 4}}
    })  # fmt: skip
    version.pdf_sha256 = kept.sha256
    session.commit()
    finding = examine_leaflet_files(session, store)
    assert finding.examined == 2
    assert finding.faults == [f"leaflet/{'b' * 64}: missing"]
    store.put(file_key(kept.sha256), b"%PDF-1.7 other")
    assert examine_leaflet_files(session, store).faults[0].endswith("its bytes are others")
