"""The sync message as OpenAPI describes it. The route reads by plain code (`request`)."""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE, Schema, fields, validate

from server.activities.schemas import ConflictValueSchema, FeedActivitySchema
from sync.limits import (
    BATCH_MAX,
    DRAFTS_MAX,
    ELEMENTS_MAX,
    FIELDS_MAX,
    INTEGER_MAX,
    NAME_MAX,
    OLDEST_PROTOCOL,
    ROWS_MAX,
)
from sync.operation import TYPES

_NUMBER = validate.Range(min=0, max=INTEGER_MAX)
_COUNTER = validate.Range(min=0, max=2**31 - 1)


class _Open(Schema):
    """Unknown members are left alone: a newer app may send more."""

    class Meta:
        unknown = INCLUDE


def _id(**options: Any) -> fields.String:
    pattern = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
    return fields.String(validate=validate.Regexp(pattern), **options)


def _by_field(what: str, **options: Any) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(), metadata={"description": what, "maxProperties": FIELDS_MAX}, **options
    )


class CapturedSchema(_Open):
    """What the phone's clocks said. Evidence only; no sync is refused for a clock."""

    wall = fields.String(allow_none=True)
    monotonic_ms = fields.Integer(allow_none=True)
    boot = fields.String(allow_none=True)
    beacon = fields.String(allow_none=True, metadata={"description": "The last one received"})


class OperationSchema(_Open):
    """One thing that a phone did to one activity (PROTOCOL.md 3).

    An operation that is not like this is answered `parked` and fails no other.
    """

    id = _id(required=True)
    activity = _id(required=True)
    type = fields.String(required=True, validate=validate.OneOf(sorted(TYPES)))
    scope = fields.String(required=True, validate=validate.Length(max=NAME_MAX),
                          metadata={"example": "commune:c-00004-2025"})  # fmt: skip
    kind = fields.String(required=True, validate=validate.Regexp("^[a-z][a-z0-9_]{0,79}$"))
    kind_version = fields.Integer(required=True, validate=validate.Range(min=1, max=INTEGER_MAX))
    base = fields.Integer(allow_none=True, validate=_NUMBER,
                          metadata={"description": "The version that the phone saw"})  # fmt: skip
    incarnation = fields.String(allow_none=True, validate=validate.Length(max=NAME_MAX))
    set = _by_field("Changed fields: by `kind`, those of `<Kind>Fields`; null clears")
    was = _by_field("The same fields as the phone saw them")
    add = _by_field("Elements that came, by set field; `evidence`: photos",
                    values=fields.List(fields.Dict(),
                                       validate=validate.Length(max=ELEMENTS_MAX)))  # fmt: skip
    remove = _by_field("Ids of elements that went, by set field",
                       values=fields.List(fields.String(),
                                          validate=validate.Length(max=ELEMENTS_MAX)))  # fmt: skip
    after = _id(allow_none=True, metadata={"description": "My last operation on this activity"})
    n = fields.Integer(allow_none=True, validate=_NUMBER,
                       metadata={"description": "Counts the phone's operations"})  # fmt: skip
    captured = fields.Nested(CapturedSchema, allow_none=True)
    resolve = fields.Dict(allow_none=True)
    instead = _id(allow_none=True, metadata={"description": "My parked one that this stands for"})
    also = fields.List(
        _id(), validate=validate.Length(max=ELEMENTS_MAX),
        metadata={"description": "More of them, whose content it joined"},
    )  # fmt: skip
    protocol = fields.Integer(metadata={"description": "That it was made by; without it, 1"})


class UnsentSchema(_Open):
    """What the phone still holds."""

    operations = fields.Integer(validate=validate.Range(min=0))
    photos = fields.Integer(validate=validate.Range(min=0))
    oldest_at = fields.String(allow_none=True)


class DraftSchema(_Open):
    """A draft to be kept for the account's other phones; a body of null drops it."""

    id = _id(required=True)
    changed_at = fields.String(required=True)
    body = fields.Dict(required=True, allow_none=True)


class SyncRequestSchema(_Open):
    """What a phone sends (PROTOCOL.md 4)."""

    protocol = fields.Integer(required=True, validate=validate.Range(min=OLDEST_PROTOCOL))
    device = fields.String(allow_none=True, metadata={"description": "Must fit the token"})
    formerly = fields.String(
        allow_none=True,
        metadata={"description": "The device that this phone was before it was enrolled again"},
    )
    epoch = fields.Integer(validate=_COUNTER)
    last_n = fields.Integer(validate=_COUNTER)
    app = fields.String(allow_none=True)
    catalogue = fields.String(allow_none=True)
    unsent = fields.Nested(UnsentSchema, allow_none=True)
    clock = fields.Nested(
        CapturedSchema, allow_none=True, metadata={"description": "The clocks as it sends"}
    )
    incarnation = fields.String(allow_none=True)
    cursors = fields.Dict(fields.String(), fields.Integer(validate=_NUMBER))
    digests = fields.Dict(fields.String(), fields.String())
    operations = fields.List(
        fields.Nested(OperationSchema), validate=validate.Length(max=BATCH_MAX)
    )
    max_rows = fields.Integer(validate=_NUMBER, metadata={"default": ROWS_MAX})
    drafts = fields.List(fields.Nested(DraftSchema), validate=validate.Length(max=DRAFTS_MAX))
    taken = fields.List(
        fields.String(validate=validate.Length(max=NAME_MAX)),
        validate=validate.Length(max=DRAFTS_MAX),
        metadata={"description": "Documents of drafts that this phone took over from another"},
    )
    courier_key = fields.String(
        allow_none=True, metadata={"description": "Id of the key that the phone holds"}
    )


class ProblemOfOperationSchema(_Open):
    """What is wrong with one field of an operation."""

    field = fields.String(required=True)
    code = fields.String(required=True)
    vi = fields.String(required=True)
    en = fields.String(required=True)


class OutcomeConflictSchema(Schema):
    """What did not go in and is kept beside the activity until somebody decides."""

    kind = fields.String(
        required=True, validate=validate.OneOf(["fields", "amendment", "withdrawal", "invalid"])
    )
    operation = fields.String(required=True)
    type = fields.String(required=True, metadata={"description": "What that operation asked for"})
    values = fields.List(fields.Nested(ConflictValueSchema), required=True)


class OutcomeSchema(Schema):
    """How one operation ended."""

    id = fields.String(required=True, allow_none=True)
    activity = fields.String(required=True, allow_none=True)
    outcome = fields.String(
        required=True,
        validate=validate.OneOf(["applied", "merged", "conflict", "parked", "retry"]),
    )
    version = fields.Integer(required=True, allow_none=True)
    scope = fields.String(required=True, allow_none=True)
    seq = fields.Integer(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    problems = fields.List(fields.Nested(ProblemOfOperationSchema), required=True)
    conflicts = fields.List(fields.Nested(OutcomeConflictSchema), required=True)
    fork = fields.Boolean(required=True)


class FeedRowSchema(FeedActivitySchema):
    """An activity whole, or `own` without its body; a document; or `gone`, perhaps `moved_to`."""

    own = fields.Boolean()
    body = fields.Dict(metadata={"description": "Of a document: `catalogue`, `plan`, notices"})
    gone = fields.Boolean()
    moved_to = fields.String(metadata={"description": "The scope where it is now"})


#: Only these stand in a row of every sort.
_ALWAYS = ("type", "id", "seq", "version")
_SOMETIMES = tuple(name for name in FeedRowSchema().fields if name not in _ALWAYS)


class PageSchema(Schema):
    """What is new in one scope; `digest` is that of the whole scope."""

    to = fields.Integer(required=True)
    more = fields.Boolean(required=True)
    digest = fields.String(required=True)
    rows = fields.List(fields.Nested(FeedRowSchema(partial=_SOMETIMES)), required=True)


class GrantsSchema(Schema):
    """Scopes that the account gained or lost against the cursors that the phone sent."""

    added = fields.List(fields.String(), required=True)
    dropped = fields.List(fields.String(), required=True)
    moved = fields.Dict(fields.String(), fields.String(), required=True)


class DraftVerdictSchema(Schema):
    """Whether a draft is kept; else why not."""

    id = fields.String(required=True, allow_none=True)
    saved = fields.Boolean(required=True)
    reason = fields.String(
        required=True, allow_none=True,
        validate=validate.OneOf(["malformed", "too_large", "too_many", "revoked"]),
    )  # fmt: skip


class CourierKeyNewsSchema(Schema):
    """The key for sealed files: P-256, the raw point in base64."""

    id = fields.String(required=True)
    public_key = fields.String(required=True)


class EscrowNewsSchema(Schema):
    """This phone was shut out; until then it may deliver what it did before."""

    until = fields.String(required=True)


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
    drafts = fields.List(fields.Nested(DraftVerdictSchema))
    courier_key = fields.Nested(CourierKeyNewsSchema)
    escrow = fields.Nested(EscrowNewsSchema)
