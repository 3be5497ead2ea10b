"""Marshmallow schemas of a kind's fields and of evidence: for requests and for OpenAPI.

Each marshmallow field keeps the declared one beside it and leaves the judgement to `values`, so
that server, phone and documents say the same. Not here: rules across fields (`rules`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from server.catalogue.conditions import is_filled
from server.catalogue.kind import Field, Kind
from server.catalogue.values import check_value


class _Declared(fields.Field[Any]):
    """Judges a value by its declaration; what is not filled passes, as missing."""

    declared: Field

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if is_filled(value):
            problem = check_value(self.declared, value)
            if problem is not None:
                raise ValidationError([problem])
        return value


class _Text(_Declared, fields.String):
    pass


class _Whole(_Declared, fields.Integer):
    pass


class _YesNo(_Declared, fields.Boolean):
    pass


class _Choices(_Declared, fields.List[Any]):
    pass


class _Position(_Declared, fields.Dict):
    pass


def _metadata(field: Field) -> dict[str, Any]:
    """What OpenAPI shows of a field."""
    described: dict[str, Any] = {"description": f"{field.label.vi} – {field.label.en}"}
    formats = {"date": "date", "time": "time", "link": "uri", "activity": "uuid"}
    if field.type in formats:
        described["format"] = formats[field.type]
    if isinstance(field.min, int):
        described["minimum"] = field.min
    if isinstance(field.max, int):
        described["maximum"] = field.max
    if field.max_length is not None:
        described["maxLength"] = field.max_length
    if field.unit is not None:
        described["x-unit"] = field.unit.en
    if field.type == "choice":
        described["enum"] = [*(option.id for option in field.options), None]
    return described


def _marshmallow_field(field: Field) -> _Declared:
    common: dict[str, Any] = {"allow_none": True, "metadata": _metadata(field)}
    made: _Declared
    if field.type in ("integer", "money"):
        made = _Whole(**common)
    elif field.type == "boolean":
        made = _YesNo(**common)
    elif field.type == "choices":
        ids = [option.id for option in field.options]
        made = _Choices(fields.String(validate=validate.OneOf(ids)), **common)
    elif field.type == "position":
        made = _Position(keys=fields.String(), values=fields.Integer(), **common)
    else:
        made = _Text(**common)
    made.declared = field
    return made


@cache
def fields_schema(kind: Kind) -> type[Schema]:
    """The schema of `fields` of one kind, named for OpenAPI: `LoudspeakerBroadcastFields`.

    Nothing is required: a draft may have gaps. Unknown names pass; they are kept as `extra`.
    """
    name = "".join(part.title() for part in kind.id.split("_")) + "Fields"
    made = {field.id: _marshmallow_field(field) for field in kind.fields.values()}
    meta = type("Meta", (), {"unknown": EXCLUDE, "description": kind.labels.en})
    return type(name, (Schema,), {**made, "Meta": meta, "__doc__": kind.labels.en})


class EvidenceSchema(Schema):
    """An element of the set field `evidence`."""

    class Meta:
        unknown = EXCLUDE

    sha256 = fields.String(
        required=True, validate=[validate.Length(equal=64), validate.Regexp(r"^[0-9a-f]{64}$")]
    )
    size = fields.Integer(required=True, strict=True, validate=validate.Range(1, 64 * 1024 * 1024))
    media_type = fields.String(required=True, validate=validate.Length(3, 100))
    width = fields.Integer(required=True, strict=True, validate=validate.Range(0, 100_000))
    height = fields.Integer(required=True, strict=True, validate=validate.Range(0, 100_000))
    captured = fields.String(allow_none=True, validate=validate.Length(max=40))
    source = fields.String(allow_none=True, validate=validate.OneOf(["camera", "gallery", "file"]))
    placeholder = fields.String(allow_none=True, validate=validate.Length(max=2_000))
