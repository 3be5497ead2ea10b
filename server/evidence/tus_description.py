"""Headers and bodies of tus for the description of the API. They are read by `tus`."""

from __future__ import annotations

from typing import Any

from server.evidence.tus import CHUNK_MEDIA_TYPE, VERSION


def _asked(
    name: str, schema: dict[str, Any], description: str, *, required: bool = True
) -> dict[str, Any]:
    return {"in": "header", "name": name, "schema": schema, "required": required,
            "description": description}  # fmt: skip


def _told(type: str, description: str) -> dict[str, Any]:
    return {"schema": {"type": type}, "description": description, "required": True}


def _body(required: bool) -> dict[str, Any]:
    content = {CHUNK_MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}
    return {"required": required, "content": content}


TUS_RESUMABLE = _asked("Tus-Resumable", {"type": "string", "enum": [VERSION]}, "The version")
UPLOAD_LENGTH = _asked("Upload-Length", {"type": "integer", "minimum": 1}, "Bytes of the photo")
UPLOAD_OFFSET = _asked("Upload-Offset", {"type": "integer", "minimum": 0}, "Where the chunk goes")
OPTIONAL_OFFSET = {**UPLOAD_OFFSET, "required": False}
UPLOAD_METADATA = _asked(
    "Upload-Metadata",
    {"type": "string", "example": "sha256 ZTNiMGM0…,type aW1hZ2UvanBlZw=="},
    "Base64 values of `sha256` (64 hex letters, lower case), `type`, `filename`",
)
UPLOAD_CHECKSUM = _asked(
    "Upload-Checksum",
    {"type": "string"},
    "`sha256` (or `sha1`) and the Base64 digest of this chunk; a chunk that differs answers 460",
    required=False,
)
METHOD_OVERRIDE = _asked(
    "X-HTTP-Method-Override", {"type": "string", "enum": ["PATCH", "DELETE"]}, "What is meant"
)
CHUNK_BODY = _body(required=True)
#: Creation With Upload; and what an override may bring.
FIRST_CHUNK_BODY = _body(required=False)

TUS_HEADER = {"Tus-Resumable": _told("string", "The version")}
PROGRESS = {
    **TUS_HEADER,
    "Upload-Offset": _told("integer", "Bytes that are safe on the server"),
    "Upload-Verified": _told("string", "`true`: complete, and its bytes hash to its name"),
    "Upload-Expires": {"schema": {"type": "string"},
                       "description": "When an unfinished upload is forgotten"},
}  # fmt: skip
CREATED = {**PROGRESS, "Location": _told("string", "`/api/v1/uploads/<sha256>`")}
STANDING = {
    **PROGRESS,
    "Upload-Length": _told("integer", "Bytes of the photo"),
    "Upload-Metadata": _told("string", "As given at creation"),
}
ANNOUNCED = {
    **TUS_HEADER,
    "Tus-Version": _told("string", "All versions spoken"),
    "Tus-Extension": _told("string", "Extensions, separated by commas"),
    "Tus-Max-Size": _told("integer", "Bytes of the largest photo"),
    "Tus-Checksum-Algorithm": _told("string", "Algorithms for `Upload-Checksum`"),
}
