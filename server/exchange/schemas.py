"""The sync message as OpenAPI describes it. The route reads by plain code (`request`)."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from sync.limits import BATCH_MAX, ROWS_MAX


class UnsentSchema(Schema):
    """What the phone still holds."""

    operations = fields.Integer(validate=validate.Range(min=0))
    photos = fields.Integer(validate=validate.Range(min=0))
    oldest_at = fields.String(allow_none=True)


class SyncRequestSchema(Schema):
    """What a phone sends (PROTOCOL.md 4)."""

    protocol = fields.Integer(required=True, validate=validate.Range(min=1))
    device = fields.String(allow_none=True, metadata={"description": "Must fit the token"})
    epoch = fields.Integer(validate=validate.Range(min=0))
    last_n = fields.Integer(validate=validate.Range(min=0))
    app = fields.String(allow_none=True)
    catalogue = fields.String(allow_none=True)
    unsent = fields.Nested(UnsentSchema, allow_none=True)
    incarnation = fields.String(allow_none=True)
    cursors = fields.Dict(fields.String(), fields.Integer(validate=validate.Range(min=0)))
    digests = fields.Dict(fields.String(), fields.String())
    operations = fields.List(
        fields.Dict(metadata={"description": "PROTOCOL.md 3"}),
        validate=validate.Length(max=BATCH_MAX),
    )
    max_rows = fields.Integer(validate=validate.Range(min=0), metadata={"default": ROWS_MAX})


class OutcomeSchema(Schema):
    """How one operation ended. Members that say nothing are left out."""

    id = fields.String(required=True, allow_none=True)
    activity = fields.String(required=True, allow_none=True)
    outcome = fields.String(
        required=True,
        validate=validate.OneOf(["applied", "merged", "conflict", "parked", "retry"]),
    )
    version = fields.Integer(required=True, allow_none=True)
    scope = fields.String()
    seq = fields.Integer(allow_none=True)
    reason = fields.String()
    problems = fields.List(fields.Dict())
    conflicts = fields.List(fields.Dict())
    fork = fields.Boolean()


class PageSchema(Schema):
    """What is new in one scope; `digest` is that of the whole scope."""

    to = fields.Integer(required=True)
    more = fields.Boolean(required=True)
    digest = fields.String(required=True)
    rows = fields.List(fields.Dict(), required=True)


class GrantsSchema(Schema):
    """Scopes that the account gained or lost against the cursors that the phone sent."""

    added = fields.List(fields.String(), required=True)
    dropped = fields.List(fields.String(), required=True)
    moved = fields.Dict(fields.String(), fields.String(), required=True)


class SyncAnswerSchema(Schema):
    """What a phone gets."""

    incarnation = fields.String(required=True)
    server_time = fields.String(required=True)
    beacon = fields.String(required=True)
    outcomes = fields.List(fields.Nested(OutcomeSchema), required=True)
    changes = fields.Dict(fields.String(), fields.Nested(PageSchema), required=True)
    grants = fields.Nested(GrantsSchema, required=True)
    durable_through = fields.String(required=True, allow_none=True)
    oldest_protocol = fields.Integer(required=True)
    retry_after_s = fields.Integer(required=True)
