"""Files: photos that the database calls verified and files of leaflets lie in the store, and their
bytes hash to their names."""

from __future__ import annotations

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.evidence.models import Photo
from server.evidence.receiving import keys_of
from server.files.store import MissingObjectError, Store
from server.leaflets.files import file_key
from server.leaflets.queries import file_hashes
from server.soundness.finding import Finding

_BLOCK_BYTES = 1 << 20


def examine_photos(session: Session, store: Store, *, hash_bytes: bool = True) -> Finding:
    """Each verified photo. Without `hash_bytes` only whether its files are there."""
    finding = Finding("photos")
    photos = select(Photo.sha256, Photo.size).where(Photo.state == "verified")
    with session.execute(photos.execution_options(yield_per=1000)) as rows:
        for sha256, size in rows:
            finding.examined += 1
            original, *derived = keys_of(sha256)
            for key in derived:
                if not store.exists(key):
                    finding.fault(f"{key}: missing")
            if fault := _fault_of(store, original, sha256, size, hash_bytes):
                finding.fault(f"{original}: {fault}")
    return finding


def examine_leaflet_files(session: Session, store: Store, *, hash_bytes: bool = True) -> Finding:
    """Each PDF and audio that a version of a leaflet names."""
    finding = Finding("leaflet_files")
    for sha256 in file_hashes(session):
        finding.examined += 1
        if fault := _fault_of(store, file_key(sha256), sha256, None, hash_bytes):
            finding.fault(f"{file_key(sha256)}: {fault}")
    return finding


def _fault_of(
    store: Store, key: str, sha256: str, size: int | None, hash_bytes: bool
) -> str | None:
    if not hash_bytes:
        return None if store.exists(key) else "missing"
    try:
        found, length = _read(store, key)
    except MissingObjectError:
        return "missing"
    except OSError:
        return "can't be read"
    if found != sha256:
        return "its bytes are others"
    return None if size in (None, length) else f"{length} bytes, {size} told"


def _read(store: Store, key: str) -> tuple[str, int]:
    """The hash and the number of an object's bytes."""
    hashed, length = hashlib.sha256(), 0
    with store.open(key) as file:
        while block := file.read(_BLOCK_BYTES):
            hashed.update(block)
            length += len(block)
    return hashed.hexdigest(), length
