"""Reading a request's body under hard caps, packed by gzip or not.

A Content-Length is asked for, because a chunked body that is cut looks complete to the server.
Inflating stops at the cap and not after it: 64 KiB of gzip can hold 64 MiB. Not here: bodies of
uploads, which go to a file and not to memory (`evidence`).
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Sequence
from typing import Any

from flask import request
from werkzeug.exceptions import ClientDisconnected

from server import problems
from server.http import decode
from server.http.decode import StrictJsonError
from server.problems import ProblemError

CHUNK_BYTES = 64 * 1024
#: A console form or a decision with remarks takes some kilobytes.
JSON_BYTES_MAX = 256 * 1024
JSON_INFLATED_MAX = 1024 * 1024

#: Bodies read at once in one process. Slow senders fill these places and not every thread, so
#: that requests without a body still find one (gunicorn_conf: 640 threads).
BODIES_AT_ONCE = 500
_places = threading.BoundedSemaphore(BODIES_AT_ONCE)

_GZIP = 16 + zlib.MAX_WBITS


def read_json(max_bytes: int = JSON_BYTES_MAX, max_inflated: int = JSON_INFLATED_MAX) -> Any:
    """The body parsed strictly. Raises what `read_body` does, and `malformed-json`."""
    try:
        return decode.loads(read_body(max_bytes, max_inflated))
    except StrictJsonError as error:
        raise ProblemError(problems.MALFORMED_JSON, detail=str(error)) from error


def read_body(max_bytes: int = JSON_BYTES_MAX, max_inflated: int = JSON_INFLATED_MAX) -> bytes:
    """The body of a JSON request, unpacked: at most `max_bytes` sent, `max_inflated` unpacked.

    Raises `unsupported-media-type`, `length-required`, `too-large`, `malformed-json`,
    `overloaded`.
    """
    if not request.is_json:
        raise ProblemError(problems.UNSUPPORTED_MEDIA_TYPE, accepted=["application/json"])
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise ProblemError(problems.UNSUPPORTED_MEDIA_TYPE, accepted_encodings=["gzip"])
    length = request.content_length
    if length is None:
        raise ProblemError(problems.LENGTH_REQUIRED)
    if length > max_bytes:
        raise ProblemError(problems.TOO_LARGE, max_bytes=max_bytes)
    if encoding == "identity" and length > max_inflated:
        raise ProblemError(problems.TOO_LARGE, max_bytes=max_inflated)
    if not _places.acquire(blocking=False):
        raise ProblemError(problems.OVERLOADED, retry_after_s=10, headers={"Connection": "close"})
    try:
        return _read_exactly(length) if encoding == "identity" else _inflate(length, max_inflated)
    finally:
        _places.release()


def read_bytes(max_bytes: int, accepted: Sequence[str]) -> bytes:
    """A body that is a file, whole and not packed, of one of the `accepted` media types.

    Raises `unsupported-media-type`, `length-required`, `too-large`, `malformed-json`,
    `overloaded`.
    """
    if request.mimetype not in accepted or "Content-Encoding" in request.headers:
        raise ProblemError(problems.UNSUPPORTED_MEDIA_TYPE, accepted=list(accepted))
    length = request.content_length
    if length is None:
        raise ProblemError(problems.LENGTH_REQUIRED)
    if length > max_bytes:
        raise ProblemError(problems.TOO_LARGE, max_bytes=max_bytes)
    if not _places.acquire(blocking=False):
        raise ProblemError(problems.OVERLOADED, retry_after_s=10, headers={"Connection": "close"})
    try:
        return _read_exactly(length)
    finally:
        _places.release()


def _read_exactly(length: int) -> bytes:
    try:
        body = request.stream.read(length)
    except ClientDisconnected:  # also a client that stalled, see gunicorn_conf
        body = b""
    if len(body) != length:
        raise ProblemError(problems.MALFORMED_JSON, detail="the body is shorter than its length")
    return body


def _inflate(length: int, max_inflated: int) -> bytes:
    unpacker = zlib.decompressobj(_GZIP)
    unpacked = bytearray()
    while length > 0:
        packed = _read_exactly(min(length, CHUNK_BYTES))
        length -= len(packed)
        try:
            # one byte more than allowed tells "full" from "too much"
            unpacked += unpacker.decompress(packed, max_inflated + 1 - len(unpacked))
        except zlib.error as error:
            raise ProblemError(problems.MALFORMED_JSON, detail="broken gzip") from error
        if len(unpacked) > max_inflated:
            raise ProblemError(problems.TOO_LARGE, max_bytes=max_inflated)
        if unpacker.eof and (unpacker.unused_data or length):
            break  # something after the end of the stream
    if not unpacker.eof or unpacker.unused_data or length:
        raise ProblemError(problems.MALFORMED_JSON, detail="broken gzip")
    return bytes(unpacked)
