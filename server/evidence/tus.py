"""tus 1.0, sans I/O: headers in, a verdict out. The clause stands above each check.

Spoken: core, creation, creation-with-upload, checksum (SHA-256, SHA-1), expiration, termination. An
upload is named by the SHA-256 of the whole file, given as metadata, so a phone can compute its
address and a lost answer costs nothing. Not here: bytes, accounts, answers to HTTP (`routes`).
Source: https://tus.io/protocols/resumable-upload, version 1.0.0.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from server import problems
from server.evidence.limits import CHECKED_CHUNK_MAX_BYTES, PHOTO_SIZE_MAX_BYTES
from server.problems import Problem

VERSION = "1.0.0"
EXTENSIONS = ("creation", "creation-with-upload", "checksum", "expiration", "termination")
#: Checksum: the server MUST support at least `sha1`, and standard clients send nothing else. It
#: finds damage on the way, no more: what a photo is stands in its SHA-256.
CHECKSUM_ALGORITHMS = ("sha256", "sha1")
CHUNK_MEDIA_TYPE = "application/offset+octet-stream"
FILENAME_MAX_CHARACTERS = 200

_SHA256 = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"[0-9]{1,15}")
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,80}")

#: Headers by their names as HTTP writes them (`Upload-Offset`), each once.
Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """The request is not carried out: the problem to answer with."""

    problem: Problem
    extras: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a chunk's bytes should hash to."""

    algorithm: str
    digest: bytes

    def fits(self, chunk: bytes) -> bool:
        return hmac.compare_digest(hashlib.new(self.algorithm, chunk).digest(), self.digest)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes to come: `size` of them, for `offset` of the upload."""

    offset: int
    size: int
    checksum: Checksum | None


@dataclass(frozen=True, slots=True)
class Creation:
    """An upload to open, and the chunk that came along (creation-with-upload), perhaps."""

    sha256: str
    size: int
    media_type: str
    filename: str
    chunk: Chunk | None


def announce() -> dict[str, str]:
    """Headers that answer OPTIONS: what this server speaks."""
    return {
        "Tus-Resumable": VERSION,
        "Tus-Version": VERSION,
        "Tus-Extension": ",".join(EXTENSIONS),
        "Tus-Max-Size": str(PHOTO_SIZE_MAX_BYTES),
        "Tus-Checksum-Algorithm": ",".join(CHECKSUM_ALGORITHMS),
    }


def check_version(headers: Headers) -> Refusal | None:
    # Core, Tus-Resumable: it MUST be in every request but OPTIONS; if the version is not
    # supported the server MUST answer 412 with Tus-Version and MUST NOT process the request.
    if headers.get("Tus-Resumable") != VERSION:
        return Refusal(problems.TUS_VERSION, headers={"Tus-Version": VERSION})
    return None


def read_creation(headers: Headers, content_length: int | None) -> Creation | Refusal:
    """What a POST asks for."""
    # Creation: either Upload-Length or Upload-Defer-Length; we do not announce the extension
    # creation-defer-length, since a photo's size is known when it is named.
    length = _number(headers.get("Upload-Length"))
    if length is None:
        return _malformed("Upload-Length")
    # Creation: a length beyond Tus-Max-Size MUST be answered by 413.
    if length > PHOTO_SIZE_MAX_BYTES:
        return Refusal(problems.TOO_LARGE, {"size_max": PHOTO_SIZE_MAX_BYTES})
    if length == 0:
        return _malformed("Upload-Length")
    metadata = read_metadata(headers.get("Upload-Metadata", ""))
    if metadata is None or not _SHA256.fullmatch(metadata.get("sha256", "")):
        return _malformed("Upload-Metadata")
    media_type = metadata.get("type", "").lower() or "application/octet-stream"
    if not _MEDIA_TYPE.fullmatch(media_type):
        return _malformed("Upload-Metadata")
    chunk = _read_first_chunk(headers, content_length, length)
    if isinstance(chunk, Refusal):
        return chunk
    filename = metadata.get("filename", "")[:FILENAME_MAX_CHARACTERS]
    return Creation(metadata["sha256"], length, media_type, filename, chunk)


def _read_first_chunk(
    headers: Headers, content_length: int | None, length: int
) -> Chunk | Refusal | None:
    # Creation With Upload: the body is a first chunk if Content-Type says so. Upload-Offset is
    # not sent; it starts at 0.
    if headers.get("Content-Type", "").lower() == CHUNK_MEDIA_TYPE:
        return _read_body(headers, content_length, 0, length)
    # Creation: an empty POST MUST come without a body that could be taken for one.
    if content_length:
        return Refusal(problems.UNSUPPORTED_MEDIA_TYPE)
    return None


def read_chunk(
    headers: Headers, content_length: int | None, length: int
) -> Chunk | Refusal:  # fmt: skip
    """What a PATCH brings to an upload of `length` bytes."""
    # Core, PATCH: the Content-Type MUST be this one; the server SHOULD answer 415 otherwise.
    if headers.get("Content-Type", "").lower() != CHUNK_MEDIA_TYPE:
        return Refusal(problems.UNSUPPORTED_MEDIA_TYPE)
    # Core, Upload-Offset: a non-negative integer, required in a PATCH.
    offset = _number(headers.get("Upload-Offset"))
    if offset is None:
        return _malformed("Upload-Offset")
    return _read_body(headers, content_length, offset, length)


def check_offset(chunk: Chunk, present: int) -> Refusal | None:
    # Core, PATCH: if the offsets do not match, the server MUST answer 409 and change nothing.
    # The client asks by HEAD and goes on; it never restarts by itself.
    if chunk.offset != present:
        return Refusal(
            problems.OFFSET_MISMATCH, {"offset": present}, {"Upload-Offset": str(present)}
        )
    return None


def _read_body(
    headers: Headers, content_length: int | None, offset: int, length: int
) -> Chunk | Refusal:
    # F7: a chunked body can be cut silently by what stands before us, so its length is declared.
    if content_length is None:
        return Refusal(problems.LENGTH_REQUIRED)
    # Core: an upload never grows beyond its length.
    if offset + content_length > length:
        return Refusal(problems.TOO_LARGE, {"size_max": length - min(offset, length)})
    checksum = _read_checksum(headers.get("Upload-Checksum"))
    if isinstance(checksum, Refusal):
        return checksum
    if checksum is not None and content_length > CHECKED_CHUNK_MAX_BYTES:
        return Refusal(problems.TOO_LARGE, {"size_max": CHECKED_CHUNK_MAX_BYTES})
    return Chunk(offset, content_length, checksum)


def _read_checksum(header: str | None) -> Checksum | Refusal | None:
    # Checksum: algorithm and Base64 digest, separated by a space; 400 for an algorithm that
    # Tus-Checksum-Algorithm does not name.
    if header is None:
        return None
    algorithm, _, encoded = header.partition(" ")
    if algorithm not in CHECKSUM_ALGORITHMS:
        return _malformed("Upload-Checksum")
    digest = _base64(encoded)
    if digest is None or len(digest) != hashlib.new(algorithm).digest_size:
        return _malformed("Upload-Checksum")
    return Checksum(algorithm, digest)


def read_metadata(header: str) -> dict[str, str] | None:
    """Keys and values of an Upload-Metadata header; None when it is malformed."""
    # Creation, Upload-Metadata: pairs separated by commas, key and Base64 value by a space; keys
    # MUST be unique and not empty; a value MAY be missing.
    found: dict[str, str] = {}
    for pair in header.split(",") if header.strip() else []:
        key, _, encoded = pair.strip().partition(" ")
        value = _base64(encoded)
        if not key or key in found or value is None:
            return None
        try:
            found[key] = value.decode("utf-8")
        except UnicodeDecodeError:
            return None
        if any(ord(letter) < 32 for letter in found[key]):
            return None
    return found


def write_metadata(sha256: str, media_type: str, filename: str) -> str:
    """The header with which HEAD gives back what creation was told."""
    # Core, HEAD: an Upload-Metadata given at creation MUST be in the answer.
    pairs = {"sha256": sha256, "type": media_type, "filename": filename}
    return ",".join(
        f"{key} {base64.b64encode(value.encode()).decode()}"
        for key, value in pairs.items()
        if value
    )


def write_moment(moment: datetime) -> str:
    """An Upload-Expires value."""
    # Expiration: the date is in the format of RFC 9110.
    return format_datetime(moment, usegmt=True)


def is_name(sha256: str) -> bool:
    """Whether an upload can bear this name."""
    return _SHA256.fullmatch(sha256) is not None


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and _NUMBER.fullmatch(text) else None


def _base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None


def _malformed(header: str) -> Refusal:
    return Refusal(problems.UPLOAD_MALFORMED, {"header": header})
