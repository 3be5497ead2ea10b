"""From a chunk to a verified photo, in the order that survives a power cut (F4).

Bytes are on the disk before an offset is answered. When all are there: hash, decode, thumbnails,
finish (fsync, rename, fsync), row committed, answer. A preview may come ahead of them: what the
phone says the photo shows, kept for each account and never evidence. No database session is open
while bytes come in or a photo is decoded. What a crash interrupted is taken up by the next request
on the upload, so nobody is ever shown a full offset without a verdict. Not here: headers (`tus`),
HTTP.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from server import problems
from server.evidence import operations, queries, tus
from server.evidence.decoder import REASONS, Decoder, DecoderBusyError, Refused
from server.evidence.limits import CHECKS_AT_ONCE_MAX, PIECE_BYTES
from server.evidence.pictures import Picture
from server.evidence.queries import Delivery
from server.files.store import (
    HashMismatchError,
    MissingObjectError,
    OffsetMismatchError,
    Store,
)
from server.http.transaction import reading, writing
from server.problems import ProblemError

_checks = threading.BoundedSemaphore(CHECKS_AT_ONCE_MAX)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an upload stands. `verified`: all came, the hash fits, it is a photo."""

    sha256: str
    size: int
    offset: int
    verified: bool
    media_type: str
    filename: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Receiver:
    """Takes bytes into `store` and looks at photos with `decoder`."""

    store: Store
    decoder: Decoder

    def open(
        self, now: datetime, account_id: str, creation: tus.Creation, device_id: str | None = None
    ) -> Progress:
        """Open the upload, or find it again as it stands. `device_id`: the phone that has it."""
        with writing() as session:
            expired = operations.drop_expired(session, now)
            operations.open_upload(session, now, account_id, creation, device_id)
        for account, sha256 in expired:
            if (account, sha256) != (account_id, creation.sha256):
                self.store.delete(growing_key(account, sha256))
        return self.progress(now, account_id, creation.sha256)

    def progress(self, now: datetime, account_id: str, sha256: str) -> Progress:
        """Where the upload stands. Raises `not-found`, `photo-refused`."""
        with reading() as session:
            upload = queries.delivery(session, account_id, sha256)
        if upload is None or (upload.state is None and upload.expires_at < now):
            raise ProblemError(problems.NOT_FOUND)
        if upload.state == "refused":
            raise refusal(upload.reason)
        if upload.state == "verified":
            return _progress(upload, upload.size, verified=True)
        offset = self.store.size(growing_key(account_id, sha256))
        # A crash between finish and commit: the bytes have their final name but no row yet.
        was_finished = upload.offset == upload.size and self.store.exists(photo_key(sha256))
        if offset == upload.size or (offset == 0 and was_finished):
            return self._settle(now, upload)
        return _progress(upload, offset, verified=False)

    def append(
        self, now: datetime, account_id: str, present: Progress, chunk: tus.Chunk, body: BinaryIO
    ) -> Progress:
        """Take a chunk at its offset; the last one brings the verdict.

        Raises `offset-mismatch`, `checksum-mismatch`, `photo-refused`.
        """
        _raise_if_refused(tus.check_offset(chunk, present.offset))
        if present.verified:
            return present
        key = growing_key(account_id, present.sha256)
        try:
            offset = self._write_down(key, chunk, body)
        except OffsetMismatchError as error:
            # Somebody else at the same offset was quicker: the client asks and goes on.
            _raise_if_refused(tus.check_offset(chunk, error.size))
            raise
        with writing() as session:
            operations.note_offset(session, now, account_id, present.sha256, offset)
        return self.progress(now, account_id, present.sha256)

    def preview(self, now: datetime, account_id: str, sha256: str, content: bytes) -> None:
        """Keep the thumbnail that the phone made of a photo on its way, drawn anew by our decoder.

        What is here already, the photo or an earlier preview, stays. Raises `photo-refused`,
        `overloaded`.
        """
        with reading() as session:
            if not queries.wants_preview(session, account_id, sha256):
                return
        with _checks:
            seen = self._look(content)
        if isinstance(seen, Refused):
            raise refusal(seen.reason)
        key = preview_key(account_id, sha256)
        self.store.put(key, seen.thumb)
        with writing() as session:
            is_kept = operations.keep_preview(session, now, account_id, sha256)
            old = operations.drop_old_previews(session, now)
        if not is_kept:
            self.store.delete(key)
        for account, name in old:
            self.store.delete(preview_key(account, name))

    def cancel(self, account_id: str, sha256: str) -> None:
        """Forget the upload and its bytes."""
        with writing() as session:
            operations.cancel_upload(session, account_id, sha256)
        self.store.delete(growing_key(account_id, sha256))
        self.store.delete(preview_key(account_id, sha256))

    def _write_down(self, key: str, chunk: tus.Chunk, body: BinaryIO) -> int:
        """Append the chunk's bytes; returns the offset reached, on disk."""
        if chunk.checksum is None:
            return self._write_pieces(key, chunk, body)
        content = body.read(chunk.size)
        # Checksum: on a mismatch the server MUST discard the chunk.
        if not chunk.checksum.fits(content):
            raise ProblemError(problems.CHECKSUM_MISMATCH, offset=chunk.offset)
        return self.store.append(key, chunk.offset, content)

    def _write_pieces(self, key: str, chunk: tus.Chunk, body: BinaryIO) -> int:
        """Core: keep as much of a chunk as came, however the connection ends."""
        offset, left, piece = chunk.offset, chunk.size, bytearray()
        try:
            while left and (received := body.read(min(left, 64 * 1024))):
                piece += received
                left -= len(received)
                if len(piece) >= PIECE_BYTES:
                    offset = self.store.append(key, offset, bytes(piece))
                    piece.clear()
        finally:
            if piece:
                offset = self.store.append(key, offset, bytes(piece))
        return offset

    def _settle(self, now: datetime, upload: Delivery) -> Progress:
        """All bytes are here: check, look, finish, commit."""
        account_id, sha256 = upload.account_id, upload.sha256
        with _checks:
            key = growing_key(account_id, sha256)
            content = self._content(key, sha256)
            if content is None:  # another request has settled it meanwhile
                return self.progress(now, account_id, sha256)
            if len(content) != upload.size or hashlib.sha256(content).hexdigest() != sha256:
                return self._take_back(now, upload)
            seen = self._look(content)
            if isinstance(seen, Picture):
                self.store.put(thumb_key(sha256), seen.thumb)
                self.store.put(screen_key(sha256), seen.screen)
                try:
                    with contextlib.suppress(MissingObjectError):  # finished by another request
                        self.store.finish(key, photo_key(sha256), sha256)
                except HashMismatchError:
                    return self._take_back(now, upload)
        # Bytes first: what a crash leaves is a row, and the next request on the upload takes it.
        self.store.delete(preview_key(account_id, sha256))
        with writing() as session:
            photo = operations.settle_upload(session, now, account_id, sha256, seen)
            state, reason = photo.state, photo.reason
        if state == "refused":
            self.store.delete(key)
            raise refusal(reason)
        return _progress(upload, upload.size, verified=True)

    def _content(self, key: str, sha256: str) -> bytes | None:
        for name in (key, photo_key(sha256)):
            with contextlib.suppress(MissingObjectError):
                return self.store.read(name)
        return None

    def _look(self, content: bytes) -> Picture | Refused:
        try:
            return self.decoder.decode(content)
        except DecoderBusyError as error:
            raise ProblemError(problems.OVERLOADED, retry_after_s=30) from error

    def _take_back(self, now: datetime, upload: Delivery) -> Progress:
        """What is here is not what was named: forget the bytes, keep the upload.

        Beyond the offset that was told last a power cut may have left a length without its bytes
        (a file system writes down how long a file is before what is in it); nobody was told that
        those are here, so it goes on from there. Otherwise it starts over: `checksum-mismatch`.
        """
        account_id, sha256 = upload.account_id, upload.sha256
        if upload.offset < upload.size:
            self.store.shorten(growing_key(account_id, sha256), upload.offset)
            return _progress(upload, upload.offset, verified=False)
        with writing() as session:
            operations.note_offset(session, now, account_id, sha256, 0)
        self.store.delete(growing_key(account_id, sha256))
        raise ProblemError(problems.CHECKSUM_MISMATCH, offset=0, headers={"Upload-Offset": "0"})


def refusal(reason: str | None) -> ProblemError:
    """The answer for a file that is no photo for us, with what to do about it."""
    text = REASONS[reason or "damaged"]
    return ProblemError(problems.PHOTO_REFUSED, reason=reason, vi=text["vi"], en=text["en"])


def _own_name(account_id: str, sha256: str) -> str:
    """Each account has its own copy; its name tells nothing."""
    return hashlib.sha256(f"{account_id}\0{sha256}".encode()).hexdigest()


def growing_key(account_id: str, sha256: str) -> str:
    return f"growing/{_own_name(account_id, sha256)}"


def preview_key(account_id: str, sha256: str) -> str:
    return f"preview/{_own_name(account_id, sha256)}.webp"


def photo_key(sha256: str) -> str:
    return f"photo/{sha256}"


def thumb_key(sha256: str) -> str:
    return f"thumb/{sha256}.webp"


def screen_key(sha256: str) -> str:
    return f"screen/{sha256}.jpg"


def keys_of(sha256: str) -> tuple[str, str, str]:
    """All objects of a verified photo, the original first."""
    return photo_key(sha256), thumb_key(sha256), screen_key(sha256)


def _progress(upload: Delivery, offset: int, *, verified: bool) -> Progress:
    return Progress(upload.sha256, upload.size, offset, verified, upload.media_type,
                    upload.filename, upload.expires_at)  # fmt: skip


def _raise_if_refused(verdict: tus.Refusal | None) -> None:
    if verdict is not None:
        raise ProblemError(verdict.problem, headers=verdict.headers, **verdict.extras)
