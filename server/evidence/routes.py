"""Photos over HTTP: uploads by tus 1.0, what the server has, and the photos themselves.

Not here: the meaning of tus headers (`tus`), the way from bytes to a photo (`receiving`).
"""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from flask import Response, current_app, request
from flask_smorest import Blueprint

from server import clock, problems
from server.accounts import policy
from server.activities.queries import register_evidence_states
from server.evidence import metadata, operations, queries, tus
from server.evidence.decoder import REASONS, shared_decoder
from server.evidence.limits import PREVIEW_BYTES_MAX
from server.evidence.models import Photo
from server.evidence.receiving import (
    Progress,
    Receiver,
    photo_key,
    preview_key,
    screen_key,
    thumb_key,
)
from server.evidence.schemas import HaveSchema, HoldingsSchema, PhotoSizeSchema
from server.evidence.tus_description import (
    ANNOUNCED,
    CHUNK_BODY,
    CREATED,
    FIRST_CHUNK_BODY,
    METHOD_OVERRIDE,
    OPTIONAL_OFFSET,
    PROGRESS,
    STANDING,
    TUS_HEADER,
    TUS_RESUMABLE,
    UPLOAD_CHECKSUM,
    UPLOAD_LENGTH,
    UPLOAD_METADATA,
    UPLOAD_OFFSET,
)  # fmt: skip
from server.files.store import MissingObjectError, Store, store_for
from server.http.actor import Actor
from server.http.body import read_bytes
from server.http.credentials import current_actor, delivering_actor
from server.http.openapi import documented
from server.http.transaction import reading, writing
from server.problems import ProblemError

blueprint = Blueprint("evidence", __name__, url_prefix="/api/v1",
                      description="Photos: uploads (tus 1.0), receipts, pictures")  # fmt: skip

register_evidence_states(queries.states)

PREVIEW_MEDIA_TYPES = ("image/jpeg", "image/webp")

_UPLOADS = "/uploads"
_UPLOAD = "/uploads/<string:sha256>"
_WHO = (problems.UNAUTHENTICATED, problems.FORBIDDEN)
_CHUNK = (
    problems.TUS_VERSION, problems.UPLOAD_MALFORMED, problems.TOO_LARGE, problems.LENGTH_REQUIRED,
    problems.UNSUPPORTED_MEDIA_TYPE, problems.OFFSET_MISMATCH, problems.CHECKSUM_MISMATCH,
    problems.PHOTO_REFUSED,
)  # fmt: skip


@blueprint.route(_UPLOADS, methods=["OPTIONS"], provide_automatic_options=False)
@blueprint.response(204, headers=ANNOUNCED)
def announce_uploads() -> Any:
    """What this server speaks of tus."""
    return Response(status=204, headers=tus.announce())


@blueprint.route(_UPLOADS, methods=["POST"])
@blueprint.doc(
    parameters=[TUS_RESUMABLE, UPLOAD_LENGTH, UPLOAD_METADATA, UPLOAD_CHECKSUM],
    requestBody=FIRST_CHUNK_BODY,
)
@blueprint.response(201, headers=CREATED)
@documented(*_WHO, *_CHUNK)
def create_upload() -> Any:
    """Open an upload, or find it again: `Upload-Offset` says from where to go on."""
    actor = _uploader()
    creation = _accepted(tus.read_creation(dict(request.headers), request.content_length))
    taking, now = receiver(), clock.now()
    progress = taking.open(now, actor.account_id, creation, actor.device_id)
    # Creation With Upload: what is here already is not taken twice; the client goes on from there.
    if creation.chunk is not None and progress.offset == 0:
        progress = taking.append(now, actor.account_id, progress, creation.chunk, _body())
    location = f"{blueprint.url_prefix}{_UPLOADS}/{creation.sha256}"
    return Response(status=201, headers={"Location": location, **_headers(progress)})


@blueprint.route(_UPLOAD, methods=["HEAD"], provide_automatic_options=False)
@blueprint.doc(parameters=[TUS_RESUMABLE])
@blueprint.response(200, headers=STANDING)
@documented(*_WHO, problems.TUS_VERSION, problems.NOT_FOUND, problems.PHOTO_REFUSED)
def show_upload(sha256: str) -> Any:
    """Where an upload stands."""
    actor = _uploader()
    progress = receiver().progress(clock.now(), actor.account_id, _named(sha256))
    headers = _headers(progress)
    # Core, HEAD: the answer MUST NOT be cached and tells the length and the metadata.
    headers["Cache-Control"] = "no-store"
    headers["Upload-Length"] = str(progress.size)
    headers["Upload-Metadata"] = tus.write_metadata(
        progress.sha256, progress.media_type, progress.filename
    )
    return Response(status=200, headers=headers)


@blueprint.route(_UPLOAD, methods=["PATCH"])
@blueprint.doc(parameters=[TUS_RESUMABLE, UPLOAD_OFFSET, UPLOAD_CHECKSUM], requestBody=CHUNK_BODY)
@blueprint.response(204, headers=PROGRESS)
@documented(*_WHO, problems.NOT_FOUND, *_CHUNK)
def append_chunk(sha256: str) -> Any:
    """Take a chunk; the last one answers `Upload-Verified: true`."""
    actor = _uploader()
    taking, now = receiver(), clock.now()
    present = taking.progress(now, actor.account_id, _named(sha256))
    chunk = _accepted(tus.read_chunk(dict(request.headers), request.content_length, present.size))
    progress = taking.append(now, actor.account_id, present, chunk, _body())
    return Response(status=204, headers=_headers(progress))


@blueprint.route(_UPLOAD, methods=["DELETE"])
@blueprint.doc(parameters=[TUS_RESUMABLE])
@blueprint.response(204, headers=TUS_HEADER)
@documented(*_WHO, problems.TUS_VERSION, problems.NOT_FOUND, problems.UPLOAD_COMPLETE)
def cancel_upload(sha256: str) -> Any:
    """Forget an upload that has not become evidence."""
    actor = _uploader()
    if actor.escrow_until is not None:  # it delivers; what it delivered is no more its own
        raise ProblemError(problems.UNAUTHENTICATED)
    receiver().cancel(actor.account_id, _named(sha256))
    return Response(status=204)


@blueprint.route(_UPLOAD, methods=["POST"])
@blueprint.doc(
    parameters=[METHOD_OVERRIDE, TUS_RESUMABLE, OPTIONAL_OFFSET], requestBody=FIRST_CHUNK_BODY
)
@blueprint.response(204, headers=TUS_HEADER)
@documented(*_WHO, problems.NOT_FOUND, problems.METHOD_NOT_ALLOWED, problems.UPLOAD_COMPLETE,
            *_CHUNK)  # fmt: skip
def override_method(sha256: str) -> Any:
    """For clients that cannot send PATCH or DELETE."""
    # Core, X-HTTP-Method-Override: it MUST be taken as the request's method.
    method = request.headers.get("X-HTTP-Method-Override", "").upper()
    if method == "PATCH":
        return append_chunk(sha256)
    if method == "DELETE":
        return cancel_upload(sha256)
    raise ProblemError(problems.METHOD_NOT_ALLOWED)


@blueprint.post("/evidence/have")
@blueprint.arguments(HaveSchema)
@blueprint.response(200, HoldingsSchema)
@documented(problems.UNAUTHENTICATED)
def ask_have(body: dict[str, list[str]]) -> Any:
    """Which of these photos the server holds already: one trip for a day's round."""
    actor = delivering_actor()  # in escrow it has no area: it hears of its own uploads only
    with reading() as session:
        found = queries.holdings(session, actor, body["sha256"])
        marked = queries.marked(session, found.have)
    if marked:  # who is told that it need not send a photo relies on its staying
        with writing() as session:
            operations.keep_marked(session, marked)
            found = queries.holdings(session, actor, body["sha256"])
    refused = {
        sha256: {"reason": reason, **REASONS[reason]} for sha256, reason in found.refused.items()
    }
    return {"have": found.have, "offsets": found.partial, "send": found.send, "refused": refused,
            "previews": found.previews}  # fmt: skip


@blueprint.put("/evidence/<string:sha256>/preview")
@blueprint.doc(requestBody={
    "required": True,
    "content": {
        media_type: {"schema": {"type": "string", "format": "binary"}}
        for media_type in PREVIEW_MEDIA_TYPES
    },
})  # fmt: skip
@blueprint.response(204)
@documented(*_WHO, problems.NOT_FOUND, problems.LENGTH_REQUIRED, problems.TOO_LARGE,
            problems.UNSUPPORTED_MEDIA_TYPE, problems.MALFORMED_JSON, problems.PHOTO_REFUSED,
            problems.OVERLOADED)  # fmt: skip
def put_preview(sha256: str) -> Any:
    """Keep the phone's own thumbnail of a photo that is on its way. What is here already stays."""
    actor = delivering_actor()
    policy.ensure(actor, "activity.write")
    named = _named(sha256)
    content = read_bytes(PREVIEW_BYTES_MAX, PREVIEW_MEDIA_TYPES)
    receiver().preview(clock.now(), actor.account_id, named, content)
    return Response(status=204)


@blueprint.get("/evidence/<string:sha256>")
@blueprint.arguments(PhotoSizeSchema, location="query")
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="image/*")
@blueprint.alt_response(304, description="The caller's copy (`If-None-Match`) is the present one")
@documented(problems.UNAUTHENTICATED, problems.NOT_FOUND)
def show_photo(query: dict[str, str], sha256: str) -> Any:
    """A photo, without place, maker and time of its file; 404 for whoever may not see it.

    `preview`: what its phone says that it shows, until it has come itself.
    """
    actor = current_actor()
    with reading() as session:
        photo = queries.readable_photo(session, actor, _named(sha256))
        if photo is None and query["size"] == "preview":
            return _preview(queries.preview_account(session, actor, sha256), sha256)
        if photo is None:
            raise ProblemError(problems.NOT_FOUND)
        session.expunge(photo)
    etag = f"{sha256}-{query['size']}"
    if request.if_none_match.contains(etag):
        response = Response(status=304)
    else:
        media_type, content = _rendering(photo, query["size"])
        response = _picture(media_type, content)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.set_etag(etag)
    return response


@blueprint.after_request
def speak_tus(response: Response) -> Response:
    """Core, Tus-Resumable: it MUST be in every answer, of troubles too."""
    if request.path.startswith(f"{blueprint.url_prefix}{_UPLOADS}"):
        response.headers.setdefault("Tus-Resumable", tus.VERSION)
    return response


def _preview(account_id: str | None, sha256: str) -> Response:
    if account_id is None:
        raise ProblemError(problems.NOT_FOUND)
    try:
        response = _picture("image/webp", _store().read(preview_key(account_id, sha256)))
    except MissingObjectError:  # it went this very moment, since the photo came
        raise ProblemError(problems.NOT_FOUND) from None
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _picture(media_type: str, content: bytes) -> Response:
    """F13: whatever the bytes are, no browser may take them for a page or a script."""
    response = Response(content, content_type=media_type)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Disposition"] = "inline"
    return response


def _rendering(photo: Photo, size: str) -> tuple[str, bytes]:
    store = _store()
    try:
        if size in ("thumb", "preview"):
            return "image/webp", store.read(thumb_key(photo.sha256))
        if size == "original" and photo.media_type is not None:
            original = store.read(photo_key(photo.sha256))
            try:
                return photo.media_type, metadata.strip(
                    photo.media_type, original, photo.orientation or 1
                )
            except metadata.UnwalkableError:
                pass  # shown in the rendering that we made ourselves
        return "image/jpeg", store.read(screen_key(photo.sha256))
    except MissingObjectError:
        raise ProblemError(problems.NOT_FOUND) from None


def _uploader() -> Actor:
    """Who sends. In this order: who, then which protocol, so that nobody learns for nothing."""
    actor = delivering_actor()
    policy.ensure(actor, "activity.write")
    if (verdict := tus.check_version(dict(request.headers))) is not None:
        _accepted(verdict)
    return actor


def _accepted(verdict: Any) -> Any:
    """The verdict of `tus`, if it is not a refusal."""
    if isinstance(verdict, tus.Refusal):
        raise ProblemError(verdict.problem, headers=verdict.headers, **verdict.extras)
    return verdict


def _named(sha256: str) -> str:
    if not tus.is_name(sha256):
        raise ProblemError(problems.NOT_FOUND)
    return sha256


def _headers(progress: Progress) -> dict[str, str]:
    headers = {
        "Upload-Offset": str(progress.offset),
        "Upload-Verified": "true" if progress.verified else "false",
    }
    # Expiration: told for uploads that are not finished.
    if not progress.verified:
        headers["Upload-Expires"] = tus.write_moment(progress.expires_at)
    return headers


def _body() -> BinaryIO:
    return cast(BinaryIO, request.stream)


def receiver() -> Receiver:
    """What takes in photos of this application, also for those that come by other routes."""
    return Receiver(_store(), shared_decoder())


def _store() -> Store:
    """The application's store, made with the first photo."""
    extensions = current_app.extensions
    if "loa_files" not in extensions:
        extensions["loa_files"] = store_for(extensions["loa_settings"].files_url)
    store: Store = extensions["loa_files"]
    return store
