"""Sealed files over HTTP: the key to seal them with, and delivering one for a colleague.

Whoever carries a file learns how much of it arrived, and nothing else: what became of each report
its author's own phone hears at its next sync.
"""

from __future__ import annotations

import tempfile
import threading
from typing import Any

from flask import current_app, request
from flask_smorest import Blueprint
from marshmallow import Schema, fields
from werkzeug.exceptions import ClientDisconnected

from server import clock, problems
from server.evidence.routes import receiver
from server.exchange import courier, courier_key
from server.exchange.courier_key import CourierKey
from server.exchange.sealed import MEDIA_TYPE, SealedFile, UnreadableError
from server.http.credentials import current_actor
from server.http.openapi import documented
from server.problems import ProblemError
from server.settings import Settings

blueprint = Blueprint(
    "courier", __name__, url_prefix="/api/v1/courier",
    description="Work handed to a colleague as a sealed file",
)  # fmt: skip

#: The photos of a round; a phone must hold the file in memory to seal it.
FILE_BYTES_MAX = 64 * 1024 * 1024
#: Files read at once in one process: each may take a minute and its size on the disk.
FILES_AT_ONCE_MAX = 4
_files = threading.BoundedSemaphore(FILES_AT_ONCE_MAX)
_PIECE_BYTES = 256 * 1024


class CourierKeySchema(Schema):
    """The server's public key: P-256, the raw point (65 bytes) in base64."""

    id = fields.String(required=True)
    public_key = fields.String(required=True)


class ReceivedSchema(Schema):
    """How many operations and photos of a file the server holds now."""

    operations = fields.Integer(required=True)
    photos = fields.Integer(required=True)


class DeliveredSchema(Schema):
    """What became of a sealed file."""

    received = fields.Nested(ReceivedSchema, required=True)


@blueprint.get("/key")
@blueprint.response(200, CourierKeySchema)
@documented(problems.UNAUTHENTICATED)
def show_courier_key() -> Any:
    """The key for which phones seal their files."""
    current_actor()
    return own_key().to_wire()


@blueprint.post("")
@blueprint.doc(requestBody={
    "required": True,
    "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
})  # fmt: skip
@blueprint.response(200, DeliveredSchema)
@documented(
    problems.UNAUTHENTICATED, problems.UNSUPPORTED_MEDIA_TYPE, problems.LENGTH_REQUIRED,
    problems.TOO_LARGE, problems.COURIER_UNREADABLE, problems.COURIER_STRANGER,
)  # fmt: skip
def deliver_file() -> Any:
    """Deliver a sealed file of a colleague; twice does no harm.

    Nothing goes in unless the whole file is as its phone sealed it.
    """
    current_actor()
    if request.mimetype != MEDIA_TYPE:
        raise ProblemError(problems.UNSUPPORTED_MEDIA_TYPE, accepted=[MEDIA_TYPE])
    length = request.content_length
    if length is None:
        raise ProblemError(problems.LENGTH_REQUIRED)
    if length > FILE_BYTES_MAX:
        raise ProblemError(problems.TOO_LARGE, max_bytes=FILE_BYTES_MAX)
    if not _files.acquire(blocking=False):
        raise ProblemError(problems.OVERLOADED, retry_after_s=30, headers={"Connection": "close"})
    try:
        received = _take_in(length)
    finally:
        _files.release()
    return {"received": {"operations": received.operations, "photos": received.photos}}


def own_key() -> CourierKey:
    """The key of this installation, read once a process."""
    extensions = current_app.extensions
    if "loa_courier_key" not in extensions:
        settings: Settings = extensions["loa_settings"]
        extensions["loa_courier_key"] = courier_key.load(settings)
    found: CourierKey = extensions["loa_courier_key"]
    return found


def _take_in(length: int) -> courier.Received:
    settings: Settings = current_app.extensions["loa_settings"]
    # Beside the data, not in memory; still sealed, and without a name
    with tempfile.TemporaryFile(dir=settings.data_dir) as file:
        left = length
        while left and (piece := _next_piece(left)):
            file.write(piece)
            left -= len(piece)
        if left:
            raise ProblemError(problems.COURIER_UNREADABLE)
        try:
            sealed = SealedFile(file, length, own_key().private)
        except UnreadableError:
            raise ProblemError(problems.COURIER_UNREADABLE) from None
        return courier.receive(clock.now(), sealed, receiver())


def _next_piece(left: int) -> bytes:
    try:
        return request.stream.read(min(left, _PIECE_BYTES))
    except ClientDisconnected:  # also a client that stalled, see gunicorn_conf
        return b""
