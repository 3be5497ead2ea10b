"""Leaflets and their versions over HTTP, for the console; and stored files, for everybody.

Not here: print runs (`run_routes`), the page that a code leads to (`scans.public_routes`).
"""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint as PlainBlueprint
from flask import Response, current_app, jsonify, request
from flask_smorest import Blueprint

from server import clock, problems
from server.files.store import MissingObjectError, Store, store_for
from server.http.actor import Actor
from server.http.body import read_bytes
from server.http.credentials import current_actor
from server.http.openapi import documented
from server.http.transaction import reading, writing
from server.leaflets import files, operations, policy, queries, wire
from server.leaflets.models import Leaflet, LeafletVersion
from server.leaflets.schemas import (
    LeafletListSchema,
    LeafletSchema,
    NewLeafletSchema,
    NewVersionSchema,
    VersionSchema,
    WordsSchema,
    binary,
)  # fmt: skip
from server.problems import ProblemError

blueprint = Blueprint(
    "leaflets", __name__, url_prefix="/api/v1", description="Leaflets and their versions"
)
#: Stored files, outside the API.
stored = PlainBlueprint("stored_leaflets", __name__)

_OCTETS = "application/octet-stream"
PDF = ("application/pdf", _OCTETS)
AUDIO = ("audio/mpeg", "audio/mp3", "audio/ogg", "audio/mp4", "audio/m4a", "audio/x-m4a",
         "video/mp4", "application/ogg", _OCTETS)  # fmt: skip

_READS = (problems.UNAUTHENTICATED, problems.FORBIDDEN)
_WRITES = (*_READS, problems.NOT_FOUND, problems.LEAFLET_STATE)
_TAKES = (*_WRITES, problems.UNSUPPORTED_MEDIA_TYPE, problems.LENGTH_REQUIRED,
          problems.TOO_LARGE, problems.MALFORMED_JSON, problems.LEAFLET_FILE_REFUSED)  # fmt: skip


@blueprint.get("/leaflets")
@blueprint.response(200, LeafletListSchema)
@documented(*_READS)
def list_leaflets() -> Response:
    """Leaflets that one may use, with the heads of their versions, and the changes of law."""
    actor = current_actor()
    policy.ensure_reads(actor)
    today = clock.today_in_vietnam(clock.now())
    with reading() as session:
        found = queries.leaflets(session, actor.area, queries.provinces_of(session, actor.area))
        versions = queries.versions(session, [one.id for one in found])
        items = [wire.leaflet(one, versions[one.id], today, whole=False) for one in found]
    return jsonify({"items": items, "law_changes": wire.changes()})


@blueprint.post("/leaflets")
@blueprint.arguments(NewLeafletSchema)
@blueprint.response(201, LeafletSchema)
@documented(*_READS)
def begin_leaflet(body: dict[str, Any]) -> tuple[Response, int]:
    """Begin a leaflet; its first version is an empty draft."""
    actor, now = current_actor(), clock.now()
    owner = body["owner_province"] or _own_province(actor)
    with writing() as session:
        one = operations.begin_leaflet(session, actor, now, **{**body, "owner_province": owner})
        answer = _whole(one, queries.versions(session, [one.id])[one.id])
    return jsonify(answer), 201


@blueprint.get("/leaflets/<string:leaflet_id>")
@blueprint.response(200, LeafletSchema)
@documented(*_READS, problems.NOT_FOUND)
def show_leaflet(leaflet_id: str) -> Response:
    """A leaflet with all its versions and their words."""
    actor = current_actor()
    policy.ensure_reads(actor)
    with reading() as session:
        one = session.get(Leaflet, leaflet_id)
        provinces = queries.provinces_of(session, actor.area)
        if one is None or not policy.may_read(actor, one, provinces):
            raise ProblemError(problems.NOT_FOUND)
        return jsonify(_whole(one, queries.versions(session, [one.id])[one.id]))


@blueprint.post("/leaflets/<string:leaflet_id>/versions")
@blueprint.arguments(NewVersionSchema)
@blueprint.response(201, VersionSchema)
@documented(*_WRITES, problems.LEAFLET_DRAFT_EXISTS)
def begin_version(_body: dict[str, Any], leaflet_id: str) -> tuple[Response, int]:
    """Begin the next version with the words of the last."""
    actor = current_actor()
    with writing() as session:
        made = operations.begin_version(session, actor, clock.now(), leaflet_id)
        answer = _version(made)
    return jsonify(answer), 201


@blueprint.put("/leaflet-versions/<string:version_id>")
@blueprint.arguments(WordsSchema)
@blueprint.response(200, VersionSchema)
@documented(*_WRITES)
def edit_version(body: dict[str, Any], version_id: str) -> Response:
    """Write a draft anew; files stay. A published version never changes."""
    actor = current_actor()
    with writing() as session:
        return jsonify(_version(operations.edit(session, actor, clock.now(), version_id, **body)))


@blueprint.post("/leaflet-versions/<string:version_id>/publication")
@blueprint.response(200, VersionSchema)
@documented(*_WRITES, problems.INVALID)
def publish_version(version_id: str) -> Response:
    """Publish a draft: from now on it may be printed and read, and never changes."""
    actor = current_actor()
    with writing() as session:
        return jsonify(_version(operations.publish(session, actor, clock.now(), version_id)))


@blueprint.post("/leaflet-versions/<string:version_id>/withdrawal")
@blueprint.response(200, VersionSchema)
@documented(*_WRITES)
def withdraw_version(version_id: str) -> Response:
    """Take a published version back."""
    actor = current_actor()
    with writing() as session:
        return jsonify(_version(operations.withdraw(session, actor, clock.now(), version_id)))


@blueprint.put("/leaflet-versions/<string:version_id>/pdf")
@blueprint.doc(requestBody=binary(*PDF))
@blueprint.response(200, VersionSchema)
@documented(*_TAKES)
def attach_pdf(version_id: str) -> Response:
    """Let a draft have this PDF, at most 10 MiB, as its printed form."""
    actor = current_actor()
    _ensure_draft(actor, version_id)
    file = files.keep_pdf(_store(), read_bytes(files.PDF_BYTES_MAX, PDF))
    with writing() as session:
        return jsonify(
            _version(operations.attach_pdf(session, actor, clock.now(), version_id, file))
        )


@blueprint.delete("/leaflet-versions/<string:version_id>/pdf")
@blueprint.response(200, VersionSchema)
@documented(*_WRITES)
def detach_pdf(version_id: str) -> Response:
    """Take the PDF off a draft."""
    actor = current_actor()
    with writing() as session:
        return jsonify(_version(operations.detach_pdf(session, actor, clock.now(), version_id)))


@blueprint.put("/leaflet-versions/<string:version_id>/audio/<string:language>")
@blueprint.doc(requestBody=binary(*AUDIO))
@blueprint.response(200, VersionSchema)
@documented(*_TAKES)
def attach_audio(version_id: str, language: str) -> Response:
    """Let a draft be heard in one of its languages: MP3, Ogg or M4A, at most 3 MiB."""
    actor = current_actor()
    _ensure_draft(actor, version_id)
    file = files.keep_audio(_store(), read_bytes(files.AUDIO_BYTES_MAX, AUDIO))
    with writing() as session:
        made = operations.attach_audio(session, actor, clock.now(), version_id, language, file)
        return jsonify(_version(made))


@blueprint.delete("/leaflet-versions/<string:version_id>/audio/<string:language>")
@blueprint.response(200, VersionSchema)
@documented(*_WRITES)
def detach_audio(version_id: str, language: str) -> Response:
    """Take the sound of one language off a draft."""
    actor = current_actor()
    with writing() as session:
        made = operations.detach_audio(session, actor, clock.now(), version_id, language)
        return jsonify(_version(made))


@stored.get("/leaflets/<string:name>")
def show_file(name: str) -> Any:
    """A stored PDF or audio under its hash; ranges are answered."""
    sha256, _, ending = name.partition(".")
    is_hash = len(sha256) == 64 and not set(sha256) - set("0123456789abcdef")
    if not is_hash or ending not in files.MEDIA_TYPES:
        raise ProblemError(problems.NOT_FOUND)
    try:
        return files.answer(_store(), sha256, files.MEDIA_TYPES[ending], request)
    except MissingObjectError as error:
        raise ProblemError(problems.NOT_FOUND) from error


def _ensure_draft(actor: Actor, version_id: str) -> None:
    """Before megabytes are read and kept for somebody who may not."""
    with reading() as session:
        operations.ensure_draft(session, actor, version_id)


def _own_province(actor: Actor) -> str | None:
    return None if actor.area.nation else min(actor.area.province_codes, default=None)


def _whole(one: Leaflet, versions: list[LeafletVersion]) -> dict[str, Any]:
    return wire.leaflet(one, versions, clock.today_in_vietnam(clock.now()), whole=True)


def _version(one: LeafletVersion) -> dict[str, Any]:
    return wire.version(one, clock.today_in_vietnam(clock.now()))


def _store() -> Store:
    return store_for(cast(str, current_app.extensions["loa_settings"].files_url))
