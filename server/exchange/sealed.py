"""A sealed file: `LOA1`, an ephemeral P-256 key, an IV, AES-256-GCM (PROTOCOL.md 8).

Inside: a 4-byte length, JSON, and the photos' bytes one after another. A file may be as large as
a round's photos, so it is read in pieces: first to prove that nobody changed a byte, and only then
again for what it holds. What it holds never lies open on the disk. Not here: what is done with it
(`courier`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.exchange import parsing
from server.exchange.courier_key import CURVE
from server.exchange.request import is_number
from server.http.decode import StrictJsonError

MEDIA_TYPE = "application/vnd.loa.courier"
MAGIC = b"LOA1"
INFO = b"loa courier 1"
POINT_BYTES = 65
IV_BYTES = 12
TAG_BYTES = 16
LENGTH_BYTES = 4
#: Where the cipher text begins.
START = len(MAGIC) + POINT_BYTES + IV_BYTES
#: A phone that was offline for a year: some thousand operations of a kilobyte.
HEAD_BYTES_MAX = 8 * 1024 * 1024
OPERATIONS_MAX = 5_000
PHOTOS_MAX = 500

_PIECE_BYTES = 256 * 1024


class UnreadableError(Exception):
    """No sealed file for us: another format, another server's, cut short, or changed on the way."""


@dataclass(frozen=True, slots=True)
class PhotoEntry:
    """One photo of a parcel; its bytes begin at `at` of the plain text."""

    sha256: str
    size: int
    at: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a phone sealed. `operations` are still unread; `suspect` as in `parsing.Message`."""

    token: str
    device: str
    epoch: int
    made_at: str
    operations: Sequence[object]
    photos: Sequence[PhotoEntry]
    suspect: bool


class SealedFile:
    """A sealed file of `size` bytes that can be read from any place (`seek`)."""

    def __init__(self, file: BinaryIO, size: int, private: ec.EllipticCurvePrivateKey) -> None:
        """Raises `UnreadableError` for what is no such file by its form."""
        if size < START + TAG_BYTES + LENGTH_BYTES:
            raise UnreadableError
        file.seek(0)
        start = file.read(START)
        if start[: len(MAGIC)] != MAGIC:
            raise UnreadableError
        self._file = file
        self._size = size
        self._iv = start[-IV_BYTES:]
        self._key = derived_key(private, start[len(MAGIC) : -IV_BYTES])
        self.plain_bytes = size - START - TAG_BYTES

    def open(self) -> Parcel:
        """What it holds, once every byte of it is proved. Raises `UnreadableError`."""
        self._prove()
        plain = self.plain()
        head_bytes = int.from_bytes(plain.read(LENGTH_BYTES), "big")
        if head_bytes > min(HEAD_BYTES_MAX, self.plain_bytes - LENGTH_BYTES):
            raise UnreadableError
        parcel = _read_head(plain.read(head_bytes), LENGTH_BYTES + head_bytes)
        if parcel.photos[-1:] and _end(parcel.photos[-1]) != self.plain_bytes:
            raise UnreadableError
        if not parcel.photos and LENGTH_BYTES + head_bytes != self.plain_bytes:
            raise UnreadableError
        for photo in parcel.photos:
            if _hash_of(plain, photo.size) != photo.sha256:
                raise UnreadableError
        return parcel

    def plain(self, at: int = 0) -> BinaryIO:
        """The plain text from `at` on. To be read only after `open` has proved it."""
        raw = _Plain(self._file, self._decryptor(), self.plain_bytes)
        left = at
        while left:
            left -= len(raw.read(min(left, _PIECE_BYTES)))
        return cast(BinaryIO, raw)

    def _prove(self) -> None:
        """AES-GCM: what is deciphered MUST NOT be used before its tag is found right."""
        self._file.seek(self._size - TAG_BYTES)
        tag = self._file.read(TAG_BYTES)
        decryptor = Cipher(algorithms.AES(self._key), modes.GCM(self._iv, tag)).decryptor()
        self._file.seek(START)
        left = self.plain_bytes
        while left:
            piece = self._file.read(min(left, _PIECE_BYTES))
            if not piece:
                raise UnreadableError
            left -= len(piece)
            decryptor.update(piece)
        try:
            decryptor.finalize()
        except InvalidTag:
            raise UnreadableError from None

    def _decryptor(self) -> CipherContext:
        self._file.seek(START)
        return Cipher(algorithms.AES(self._key), modes.GCM(self._iv)).decryptor()


class _Plain:
    """Reads the plain text in order. One at a time over one file: they share its place."""

    def __init__(self, file: BinaryIO, decryptor: CipherContext, size: int) -> None:
        self._source = file
        self._decryptor = decryptor
        self._left = size

    def read(self, size: int = -1, /) -> bytes:
        """`size` bytes, fewer only at the end."""
        piece = self._source.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(piece)
        return self._decryptor.update(piece)


def derived_key(private: ec.EllipticCurvePrivateKey, point: bytes) -> bytes:
    """The file's key, from our private key and the ephemeral public one, which is the salt too."""
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
    except ValueError:
        raise UnreadableError from None
    shared = private.exchange(ec.ECDH(), public)
    return HKDF(SHA256(), 32, salt=point, info=INFO).derive(shared)


def _read_head(text: bytes, photos_at: int) -> Parcel:
    try:
        message = parsing.loads(text)
        parsing.check_envelope(message)
    except StrictJsonError:
        raise UnreadableError from None
    raw = message.value
    if not isinstance(raw, dict):
        raise UnreadableError
    operations, photos = raw.get("operations"), raw.get("photos")
    if not isinstance(operations, list) or not isinstance(photos, list):
        raise UnreadableError
    if len(operations) > OPERATIONS_MAX or len(photos) > PHOTOS_MAX:
        raise UnreadableError
    if not is_number(raw.get("epoch"), 2**31 - 1):
        raise UnreadableError
    return Parcel(
        token=_text(raw, "token"),
        device=_text(raw, "device"),
        epoch=raw["epoch"],
        made_at=_text(raw, "made_at"),
        operations=operations,
        photos=_entries(photos, photos_at),
        suspect=message.suspect,
    )


def _entries(raw: Sequence[object], at: int) -> list[PhotoEntry]:
    found = []
    for one in raw:
        if not isinstance(one, dict) or not is_number(one.get("size")):
            raise UnreadableError
        found.append(PhotoEntry(_text(one, "sha256"), one["size"], at))
        at += one["size"]
    return found


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 200:
        raise UnreadableError
    return value


def _end(photo: PhotoEntry) -> int:
    return photo.at + photo.size


def _hash_of(plain: BinaryIO, size: int) -> str:
    found, left = hashlib.sha256(), size
    while left and (piece := plain.read(min(left, _PIECE_BYTES))):
        found.update(piece)
        left -= len(piece)
    return found.hexdigest()
