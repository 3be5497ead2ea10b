"""Wire shapes of decisions and of the queue. What a remark may say is checked in `remarks`."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from server.activities.schemas import ActivitySchema
from server.reviews.operations import OVERRIDE_MAX_CHARACTERS
from server.reviews.remarks import REMARKS_MAX, TEXT_MAX_CHARACTERS
from server.reviews.states import DECISIONS

QUEUE_LIMIT_MAX = 200


class RemarkSchema(Schema):
    """Words, and where in the report they point."""

    class Meta:
        unknown = RAISE

    text = fields.String(required=True, validate=validate.Length(max=TEXT_MAX_CHARACTERS))
    field = fields.String(validate=validate.Length(max=60))
    evidence = fields.String(validate=validate.Length(equal=64))
    circle = fields.List(
        fields.Float(validate=validate.Range(min=0, max=1)),
        validate=validate.Length(equal=3),
        metadata={"description": "x, y, radius as parts of the photo's width and height"},
    )


class OverrideSchema(Schema):
    """Why an approval is given though something stands against it."""

    class Meta:
        unknown = RAISE

    reason = fields.String(
        required=True, validate=validate.Length(min=1, max=OVERRIDE_MAX_CHARACTERS)
    )


class DecideSchema(Schema):
    """A decision on exactly this version and content."""

    class Meta:
        unknown = RAISE

    decision = fields.String(required=True, validate=validate.OneOf(DECISIONS))
    version = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=1, max=2**31 - 1)
    )
    digest = fields.String(required=True, validate=validate.Length(max=64))
    remarks = fields.List(
        fields.Nested(RemarkSchema), load_default=list, validate=validate.Length(max=REMARKS_MAX)
    )
    override = fields.Nested(OverrideSchema, allow_none=True, load_default=None)


class QueueArgumentsSchema(Schema):
    """How the queue is narrowed. `unit`: a commune, a province, an office or `vn`."""

    class Meta:
        unknown = RAISE

    kind = fields.String(validate=validate.Length(max=60))
    unit = fields.String(validate=validate.Length(max=40))
    after = fields.String(
        validate=validate.Length(max=200), metadata={"description": "`next` of the page before"}
    )
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=QUEUE_LIMIT_MAX))


class QueueItemSchema(ActivitySchema):
    """An activity that waits, and for what."""

    needs = fields.List(
        fields.String(validate=validate.OneOf(["decision", "conflict", "amendment", "duplicate"])),
        required=True,
    )


class QueueSchema(Schema):
    """A page of the queue. `counts` and `total` are of the whole queue, not of the page."""

    items = fields.List(fields.Nested(QueueItemSchema), required=True)
    next = fields.String(required=True, allow_none=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    total = fields.Integer(required=True)


class PairSchema(Schema):
    """A text in both languages."""

    vi = fields.String(required=True)
    en = fields.String(required=True)


class ReasonSchema(Schema):
    """A ready reason: what its button says, and the sentence for the author."""

    id = fields.String(required=True)
    label = fields.Nested(PairSchema, required=True)
    text = fields.Nested(PairSchema, required=True)


class ReasonListSchema(Schema):
    """All ready reasons in the order of offering."""

    items = fields.List(fields.Nested(ReasonSchema), required=True)
