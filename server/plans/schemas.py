"""Wire shapes of plans and of the catalogue."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields


class PlanHeadSchema(Schema):
    """A plan without its rows."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    year = fields.Integer(required=True)
    annex = fields.String(allow_none=True)
    issuer = fields.String(allow_none=True)
    issued_with = fields.String(allow_none=True)
    plan_number = fields.String(allow_none=True)
    plan_date = fields.String(allow_none=True)
    columns = fields.List(fields.String())
    source_note = fields.String(allow_none=True)
    valid_from = fields.String(required=True)
    valid_to = fields.String(required=True)
    is_official = fields.Boolean(
        required=True, metadata={"description": "False: a copy that waits for the real annex"}
    )
    copied_from = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)
    changed_at = fields.String(required=True)


class PlanListSchema(Schema):
    """All plans, the latest year first; `current` is in force today."""

    items = fields.List(fields.Nested(PlanHeadSchema), required=True)
    current = fields.String(required=True, allow_none=True)


def _raw(description: str, **options: Any) -> fields.Raw:
    return fields.Raw(required=True, metadata={"description": description}, **options)


class SectionSchema(Schema):
    code = fields.String(required=True)
    name = fields.String(required=True)


class GroupSchema(SectionSchema):
    section = fields.String(required=True)
    parent = fields.String(required=True, allow_none=True)
    annex_no = fields.String(required=True, allow_none=True)


class UnitOfRowSchema(Schema):
    """What the row counts in, as the annex words it."""

    wording = fields.String(required=True, allow_none=True)
    keys = fields.List(fields.String(), required=True)


class RowSchema(Schema):
    """One row of the annex. `inherited` names cells that stand in another row."""

    code = fields.String(required=True)
    section = fields.String(required=True)
    group = fields.String(required=True, allow_none=True)
    annex_no = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    unit = fields.Nested(UnitOfRowSchema, required=True)
    timing = _raw("{wording, periods: [{id, month_from, month_to, …}], as_needed}")
    lead_units = fields.List(fields.String(), required=True)
    coordinating_units = fields.List(fields.String(), required=True)
    work_items = fields.List(fields.String(), required=True)
    inherited = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    merge = fields.String(required=True, allow_none=True)
    requirements = fields.List(fields.Raw(), required=True)
    facts = fields.Dict(required=True)
    targets = fields.List(
        fields.Raw(), required=True,
        metadata={"description": "[{id, metric, label, unit, min, max, per, scope, …}]"},
    )  # fmt: skip


class AmendmentSchema(Schema):
    version = fields.Integer(required=True)
    changed_at = fields.String(required=True)
    account_id = fields.String(required=True)


class PlanSchema(PlanHeadSchema):
    """A plan with its rows in the annex's order."""

    sections = fields.List(fields.Nested(SectionSchema), required=True)
    groups = fields.List(fields.Nested(GroupSchema), required=True)
    rows = fields.List(fields.Nested(RowSchema), required=True)
    readings = _raw("How open words are read: {id: value}")
    terms = fields.List(fields.Raw(), required=True)
    amendments = fields.List(fields.Nested(AmendmentSchema), required=True)
    readings_described = fields.List(fields.Raw(), required=True)


class CatalogueSchema(Schema):
    """The kinds of activity; `version` changes with any of them and is the ETag."""

    version = fields.String(required=True)
    kinds = fields.List(fields.Raw(), required=True)
