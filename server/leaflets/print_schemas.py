"""Wire shapes of what is asked to be printed."""

from __future__ import annotations

from typing import Any, get_args

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from server.leaflets import printing, qr

_ID = validate.Regexp(r"^[a-zA-Z0-9-]{1,60}\Z")
_SIZE = validate.Range(min=qr.SIZE_MM_MIN, max=qr.SIZE_MM_MAX)
_LANGUAGE = validate.Regexp(r"^[a-z_-]{1,40}\Z")
_LEVEL = validate.OneOf(get_args(qr.Level))


class _Strict(Schema):
    class Meta:
        unknown = RAISE


class PictureArgumentsSchema(_Strict):
    """How large the symbol is without its quiet zone, and how much damage it stands."""

    size_mm = fields.Integer(load_default=32, validate=_SIZE)
    level = fields.String(load_default=qr.DEFAULT_LEVEL, validate=_LEVEL)


class SheetsSchema(_Strict):
    """`runs` or a whole `batch`. Without `size_mm` the form takes what suits it.

    The leaflet itself is printed in each language that it has, or in `language`.
    """

    runs = fields.List(
        fields.String(validate=_ID), load_default=None, validate=validate.Length(min=1)
    )
    batch = fields.String(load_default=None, validate=_ID)
    form = fields.String(required=True, validate=validate.OneOf(printing.FORMS))
    size_mm = fields.Integer(load_default=None, allow_none=True, validate=_SIZE)
    level = fields.String(load_default=qr.DEFAULT_LEVEL, validate=_LEVEL)
    language = fields.String(load_default=None, allow_none=True, validate=_LANGUAGE)

    @validates_schema
    def _either(self, data: dict[str, Any], **_: Any) -> None:
        if (data["runs"] is None) == (data["batch"] is None):
            raise ValidationError("runs or batch", "runs")
