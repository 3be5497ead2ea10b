"""Wire shapes of progress."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

_UNIT = {"description": "`vn`, a province, an office or a commune; default one's own unit"}


class ProgressQuerySchema(Schema):
    unit = fields.String(load_default=None, validate=validate.Length(max=40), metadata=_UNIT)
    period = fields.String(
        load_default=None,
        validate=validate.Length(max=24),
        metadata={"description": "2026, 2026-Q4, 2026-11, 2026-W47 or 2026-01-01..2026-11-15"},
    )


class WeeksQuerySchema(Schema):
    unit = fields.String(load_default=None, validate=validate.Length(max=40), metadata=_UNIT)
    first_day = fields.Date(data_key="from", load_default=None)
    last_day = fields.Date(data_key="to", load_default=None)


class FigureSchema(Schema):
    """done: recorded; sent: waiting for review or past it; approved."""

    done = fields.Float(required=True)
    sent = fields.Float(required=True)
    approved = fields.Float(required=True)


class GroupFigureSchema(FigureSchema):
    key = fields.String(required=True)


class CommunesFigureSchema(FigureSchema):
    """Communes that appear in a share, of `total` on the day `on`."""

    total = fields.Integer(required=True)
    on = fields.String(required=True)


class CellsSchema(FigureSchema):
    """Pairs of place and week that reach the minimum; `due` have begun by today."""

    place = fields.String(required=True)
    total = fields.Integer(required=True)
    due = fields.Integer(required=True)


class DaysSchema(Schema):
    first_day = fields.String(required=True, data_key="from", attribute="from")
    last_day = fields.String(required=True, data_key="to", attribute="to")


class PeriodSchema(DaysSchema):
    id = fields.String(required=True)


class TargetProgressSchema(FigureSchema):
    """`required`: what this unit owes in this period; null where nothing can be said."""

    id = fields.String(required=True)
    metric = fields.String(required=True)
    label = fields.String(required=True)
    unit = fields.String(required=True)
    min = fields.Float(required=True, allow_none=True)
    max = fields.Float(required=True, allow_none=True)
    per = fields.List(fields.String(), required=True)
    period = fields.String(required=True)
    due = fields.Nested(DaysSchema, required=True)
    required = fields.Float(required=True, allow_none=True)
    communes = fields.Nested(CommunesFigureSchema)
    groups = fields.List(fields.Nested(GroupFigureSchema))
    cells = fields.Nested(CellsSchema)


class RowProgressSchema(FigureSchema):
    code = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    unit = fields.String(required=True, allow_none=True)
    section = fields.String(required=True)
    group = fields.String(required=True, allow_none=True)
    targets = fields.List(fields.Nested(TargetProgressSchema), required=True)


class UnitOfProgressSchema(Schema):
    id = fields.String(required=True)
    level = fields.String(required=True)
    name = fields.String(required=True)
    full_name = fields.String(required=True)
    communes = fields.Integer(required=True)


class ProgressSchema(Schema):
    plan = fields.String(required=True)
    unit = fields.Nested(UnitOfProgressSchema, required=True)
    period = fields.Nested(PeriodSchema, required=True)
    rows = fields.List(fields.Nested(RowProgressSchema), required=True)


class WeeklyTargetSchema(Schema):
    id = fields.String(required=True)
    row = fields.String(required=True)
    label = fields.String(required=True)
    min = fields.Float(required=True, allow_none=True)
    max = fields.Float(required=True, allow_none=True)
    scope = fields.String(required=True)


class CommuneWeeksSchema(Schema):
    """One commune; each list has one number a week."""

    id = fields.String(required=True)
    unit_id = fields.String(required=True)
    name = fields.String(required=True)
    type = fields.String(required=True)
    full_name = fields.String(required=True)
    office_id = fields.String(required=True, allow_none=True)
    done = fields.List(fields.Integer(), required=True)
    sent = fields.List(fields.Integer(), required=True)
    approved = fields.List(fields.Integer(), required=True)


class WeeksSchema(Schema):
    plan = fields.String(required=True)
    unit = fields.Nested(UnitOfProgressSchema, required=True)
    target = fields.Nested(WeeklyTargetSchema, required=True, allow_none=True)
    weeks = fields.List(fields.Nested(PeriodSchema), required=True)
    items = fields.List(fields.Nested(CommuneWeeksSchema), required=True)
