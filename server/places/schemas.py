"""Wire shapes of places, and the making of them from units."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import Schema, fields, validate

from server.places.models import Succession, Unit
from server.places.search import TEXT_MAX

#: A province has at most 168 communes; a list of one province comes whole.
LIST_MAX = 200
LEVELS = ("nation", "province", "district", "commune", "office")


class PlaceSearchSchema(Schema):
    """What to look for."""

    q = fields.String(
        load_default="",
        validate=validate.Length(max=TEXT_MAX),
        metadata={"description": "A name, with or without diacritics; after a comma its province"},
    )
    level = fields.String(load_default=None, validate=validate.OneOf(LEVELS))
    province = fields.String(
        load_default=None,
        validate=validate.Regexp(r"^\d{2}$"),
        metadata={"description": "Without a name: all communes of this province's code"},
    )
    day = fields.Date(
        load_default=None, metadata={"description": "Units in force then; default today"}
    )
    limit = fields.Integer(load_default=20, validate=validate.Range(min=1, max=LIST_MAX))


class ProvinceOfPlaceSchema(Schema):
    """The province that a place lies in."""

    id = fields.String(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    full_name = fields.String(required=True)


class PlaceSchema(Schema):
    """One version of a unit."""

    id = fields.String(required=True)
    level = fields.String(required=True, validate=validate.OneOf(LEVELS))
    code = fields.String(required=True)
    name = fields.String(required=True)
    type = fields.String(required=True)
    full_name = fields.String(required=True)
    parent_id = fields.String(required=True, allow_none=True)
    province = fields.Nested(ProvinceOfPlaceSchema, required=True, allow_none=True)
    valid_from = fields.String(required=True, allow_none=True)
    valid_to = fields.String(required=True, allow_none=True)
    lat = fields.Float(required=True, allow_none=True)
    lon = fields.Float(required=True, allow_none=True)


class PlaceListSchema(Schema):
    """Matches, best first."""

    items = fields.List(fields.Nested(PlaceSchema), required=True)


class SuccessionSchema(Schema):
    """A link to the unit before or after."""

    unit = fields.Nested(PlaceSchema, required=True)
    date = fields.String(required=True)
    kind = fields.String(required=True)
    partial = fields.Boolean(required=True)  # type: ignore[assignment]
    basis = fields.String(required=True, allow_none=True)


class PlaceDetailSchema(PlaceSchema):
    """A place with its history."""

    lineage_id = fields.String(required=True)
    basis = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    ancestors = fields.List(fields.Nested(PlaceSchema), required=True)
    versions = fields.List(fields.Nested(PlaceSchema), required=True)
    predecessors = fields.List(fields.Nested(SuccessionSchema), required=True)
    successors = fields.List(fields.Nested(SuccessionSchema), required=True)


def unit_to_wire(unit: Unit, province: Unit | None = None) -> dict[str, Any]:
    """One place of a list. `province` adds what tells apart the many places of one name."""
    return {
        "id": unit.id,
        "level": unit.level,
        "code": unit.code,
        "name": unit.name,
        "type": unit.type,
        "full_name": unit.full_name,
        "parent_id": unit.parent_id,
        "province": province and {"id": province.id, "code": province.code, "name": province.name,
                                  "full_name": province.full_name},
        "valid_from": _day(unit.valid_from),
        "valid_to": _day(unit.valid_to),
        "lat": unit.lat,
        "lon": unit.lon,
    }  # fmt: skip


def succession_to_wire(succession: Succession, province: Unit | None) -> dict[str, Any]:
    """One link: the unit on its other side, the day, the kind, whether only a part went over."""
    return {
        "unit": unit_to_wire(succession.unit, province),
        "date": succession.date.isoformat(),
        "kind": succession.kind,
        "partial": succession.partial,
        "basis": succession.basis,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
