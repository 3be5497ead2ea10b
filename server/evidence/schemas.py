"""Wire shapes of photos. Uploads speak in headers (`tus`), so there is little here."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from server.evidence.limits import HAVE_MAX

# the length too, since `$` lets a line end pass
_SHA256 = [
    validate.Regexp("^[0-9a-f]{64}$", error="not a SHA-256 in lower-case hex"),
    validate.Length(equal=64),
]


class HaveSchema(Schema):
    """A day's photos by their hashes."""

    class Meta:
        unknown = RAISE

    sha256 = fields.List(
        fields.String(required=True, validate=_SHA256),
        required=True,
        validate=validate.Length(max=HAVE_MAX),
    )


class RefusedPhotoSchema(Schema):
    """Why a file is no photo here."""

    reason = fields.String(required=True)
    vi = fields.String(required=True)
    en = fields.String(required=True)


class HoldingsSchema(Schema):
    """What need not be sent, from where to go on, what to send, what not to send again."""

    have = fields.List(fields.String(), required=True)
    # under another name, since every schema has a setting called partial
    offsets = fields.Dict(
        keys=fields.String(), values=fields.Integer(), required=True, data_key="partial"
    )
    send = fields.List(fields.String(), required=True)
    refused = fields.Dict(
        keys=fields.String(), values=fields.Nested(RefusedPhotoSchema), required=True
    )


class PhotoSizeSchema(Schema):
    """Which rendering of a photo is asked for."""

    size = fields.String(
        load_default="screen", validate=validate.OneOf(["thumb", "screen", "original"])
    )


def _header(name: str, schema: dict[str, object], description: str) -> dict[str, object]:
    return {"in": "header", "name": name, "schema": schema, "required": True,
            "description": description}  # fmt: skip


#: Headers of tus for the description of the API; they are read by `tus`, not by marshmallow.
TUS_RESUMABLE = _header("Tus-Resumable", {"type": "string", "enum": ["1.0.0"]}, "The version")
UPLOAD_LENGTH = _header("Upload-Length", {"type": "integer", "minimum": 1}, "Bytes of the photo")
UPLOAD_OFFSET = _header("Upload-Offset", {"type": "integer", "minimum": 0}, "Where the chunk goes")
UPLOAD_METADATA = _header(
    "Upload-Metadata", {"type": "string"}, "Base64 values of `sha256`, `type`, `filename`"
)
CHUNK_BODY = {
    "required": True,
    "content": {"application/offset+octet-stream": {"schema": {"type": "string",
                                                               "format": "binary"}}},
}  # fmt: skip
