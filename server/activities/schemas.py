"""Wire shapes of lists and of one activity. What a kind's fields hold is in the catalogue."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from server import catalogue
from server.catalogue.derive.schemas import EvidenceSchema, fields_schema

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


class PhotoSchema(EvidenceSchema):
    """A photo that the activity names, and how far its bytes have come."""

    verified = fields.Boolean(required=True)
    offset = fields.Integer(metadata={"description": "Bytes here so far"})
    refused = fields.String(metadata={"description": "Why the file is no photo"})


class GivenRemarkSchema(Schema):
    """Words of a reviewer, and where in the report they point."""

    text = fields.String(required=True)
    field = fields.String()
    evidence = fields.String()
    circle = fields.List(fields.Float(), metadata={"description": "x, y, radius, each 0–1"})


class GivenOverrideSchema(Schema):
    """What stood against an approval, and why it was given all the same."""

    reason = fields.String(required=True)
    missing = fields.List(fields.String(), required=True)
    conflicts = fields.List(fields.String(), required=True)


class ReviewSchema(Schema):
    """The last decision."""

    decision = fields.String(required=True)
    by = fields.Nested(AuthorSchema, required=True)
    at = fields.String(required=True)
    remarks = fields.List(fields.Nested(GivenRemarkSchema), required=True)
    override = fields.Nested(GivenOverrideSchema)


class ConflictValueSchema(Schema):
    """One field on both sides; of a set field `mine` is `{"add": […], "remove": […]}`."""

    field = fields.String(required=True)
    current = fields.Raw(required=True, allow_none=True)
    mine = fields.Raw(required=True, allow_none=True)
    was = fields.Raw(required=True, allow_none=True)


class OpenConflictSchema(Schema):
    """What did not go in and waits for somebody to decide."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    operation = fields.String(required=True)
    type = fields.String(
        required=True, metadata={"description": "Of that operation: edit, submit, withdraw"}
    )
    by = fields.Nested(AuthorSchema, required=True)
    resolver = fields.String(
        required=True,
        validate=validate.OneOf(["author", "reviewer"]),
        metadata={"description": "Who may decide; a reviewer may in any case"},
    )
    fields_ = fields.List(
        fields.Nested(ConflictValueSchema), data_key="fields", attribute="fields", required=True
    )
    opened_at = fields.String(required=True)


_FIELDS = {
    "description": "Values by field: those of `<Kind>Fields`, by `kind`",
    "anyOf": [
        {"$ref": f"#/components/schemas/{fields_schema(kind).__name__}"}
        for kind in catalogue.kinds().values()
    ],
}


class FeedActivitySchema(Schema):
    """An activity as phones read it."""

    type = fields.String(required=True)
    id = fields.String(required=True)
    seq = fields.Integer(required=True)
    version = fields.Integer(required=True)
    digest = fields.String(required=True)
    kind = fields.String(required=True)
    kind_version = fields.Integer(required=True)
    scope = fields.String(required=True)
    unit = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    fields_ = fields.Dict(data_key="fields", attribute="fields", required=True, metadata=_FIELDS)
    sets = fields.Dict(required=True)
    evidence = fields.List(fields.Nested(PhotoSchema), required=True)
    author = fields.Nested(AuthorSchema, required=True)
    event_date = fields.String(required=True, allow_none=True)
    created_at = fields.String(required=True)
    received_at = fields.String(required=True)
    changed_at = fields.String(required=True)
    submitted_at = fields.String(required=True, allow_none=True)
    approved_version = fields.Integer(required=True, allow_none=True)
    review = fields.Nested(ReviewSchema, required=True, allow_none=True)
    conflicts = fields.List(fields.Nested(OpenConflictSchema), required=True)
    duplicate_of = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The activity that counts in this one's stead"},
    )
    possible_duplicates = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Activities that may tell of the same event; nobody has decided"},
    )
    extra = fields.Dict(required=True)


class ActivitySchema(FeedActivitySchema):
    """An activity with the names of its place."""

    unit_name = fields.String(required=True, allow_none=True)
    province_name = fields.String(required=True, allow_none=True)


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


class CaptureSchema(Schema):
    """When a phone made a report: a likely time, and bounds that no wrong clock can move.

    `earliest` is null if the phone held no signed time of the server.
    """

    likely = fields.DateTime(required=True)
    earliest = fields.DateTime(required=True, allow_none=True)
    latest = fields.DateTime(required=True)


class ActivityDetailSchema(ActivitySchema):
    """One activity with all that happened to it, oldest first."""

    captured = fields.Nested(CaptureSchema, required=True, allow_none=True)
    history = fields.List(fields.Nested(EventSchema), required=True)
