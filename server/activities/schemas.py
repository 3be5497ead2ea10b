"""Wire shapes of lists and of one activity. What a kind's fields hold is in the catalogue."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

LIMIT_MAX = 200  # rows of a console's page; an export has its own way
STATUSES = ("draft", "submitted", "returned", "approved", "rejected", "withdrawn")


class ListArgumentsSchema(Schema):
    """What a list may be narrowed by. `unit`: a commune, a province, an office or `vn`."""

    status = fields.String(validate=validate.OneOf(STATUSES))
    kind = fields.String(validate=validate.Length(max=60))
    unit = fields.String(validate=validate.Length(max=40))
    day_from = fields.Date(data_key="from", metadata={"description": "First event date"})
    day_to = fields.Date(data_key="to", metadata={"description": "Last event date"})
    row = fields.String(
        validate=validate.Length(max=60),
        metadata={"description": "What counts towards this row of the annex, such as I.4"},
    )
    q = fields.String(
        validate=validate.Length(max=100),
        metadata={"description": "Words, with or without accents"},
    )
    after = fields.String(
        validate=validate.Length(max=200), metadata={"description": "`next` of the page before"}
    )
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=LIMIT_MAX))


class AuthorSchema(Schema):
    """Who reported."""

    id = fields.String(required=True)
    name = fields.String(required=True)


class ActivitySchema(Schema):
    """An activity as in the feed, with the names of its place."""

    type = fields.String(required=True)
    id = fields.String(required=True)
    seq = fields.Integer(required=True)
    version = fields.Integer(required=True)
    digest = fields.String(required=True)
    kind = fields.String(required=True)
    kind_version = fields.Integer(required=True)
    scope = fields.String(required=True)
    unit = fields.String(required=True)
    unit_name = fields.String(required=True, allow_none=True)
    province_name = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    fields_ = fields.Dict(data_key="fields", attribute="fields", required=True)
    sets = fields.Dict(required=True)
    evidence = fields.List(fields.Dict(), required=True)
    author = fields.Nested(AuthorSchema, required=True)
    event_date = fields.String(required=True, allow_none=True)
    created_at = fields.String(required=True)
    received_at = fields.String(required=True)
    changed_at = fields.String(required=True)
    submitted_at = fields.String(required=True, allow_none=True)
    approved_version = fields.Integer(required=True, allow_none=True)
    review = fields.Dict(required=True, allow_none=True)
    conflicts = fields.List(fields.Dict(), required=True)
    extra = fields.Dict(required=True)


class ActivityListSchema(Schema):
    """A page. `next` goes into `after`; None on the last page."""

    items = fields.List(fields.Nested(ActivitySchema), required=True)
    next = fields.String(required=True, allow_none=True)


class EventSchema(Schema):
    """One line of the history: an operation or a decision."""

    at = fields.String(required=True)
    account = fields.Nested(AuthorSchema, required=True)
    what = fields.String(required=True)
    version = fields.Integer(required=True)
    detail = fields.Dict(required=True)


class ActivityDetailSchema(ActivitySchema):
    """One activity with all that happened to it, oldest first."""

    history = fields.List(fields.Nested(EventSchema), required=True)
