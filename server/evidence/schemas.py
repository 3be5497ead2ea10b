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
    previews = fields.List(fields.String(), required=True)


class PhotoSizeSchema(Schema):
    """Which rendering of a photo is asked for."""

    size = fields.String(
        load_default="screen", validate=validate.OneOf(["preview", "thumb", "screen", "original"])
    )
