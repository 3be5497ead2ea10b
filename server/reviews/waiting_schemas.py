"""Wire shapes of what waits for a person beside the queue: conflicts, parked work, duplicates."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from server.activities.schemas import ActivitySchema, AuthorSchema
from server.reviews.schemas import PairSchema
from server.reviews.settling import NOTE_MAX_CHARACTERS
from sync.conflict import CHOICES

LIMIT_MAX = 200


class WaitingArgumentsSchema(Schema):
    """How a list is narrowed. `unit`: a commune, a province, an office or `vn`."""

    class Meta:
        unknown = RAISE

    unit = fields.String(validate=validate.Length(max=40))
    after = fields.String(
        validate=validate.Length(max=200), metadata={"description": "`next` of the page before"}
    )
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=LIMIT_MAX))


class ParkedArgumentsSchema(WaitingArgumentsSchema):
    """Also by reason, such as `no_permission`."""

    reason = fields.String(validate=validate.Length(max=20))


class ClashingActivitiesSchema(Schema):
    """Activities with conflicts that the reader is to decide, oldest change first."""

    items = fields.List(fields.Nested(ActivitySchema), required=True)
    next = fields.String(required=True, allow_none=True)


class ResolutionSchema(Schema):
    """An answer to a conflict, for the activity at exactly this version."""

    class Meta:
        unknown = RAISE

    version = fields.Integer(
        required=True, strict=True, validate=validate.Range(min=1, max=2**31 - 1)
    )
    choice = fields.String(required=True, validate=validate.OneOf(sorted(CHOICES)))
    set = fields.Dict(
        keys=fields.String(),
        load_default=dict,
        metadata={"description": "Typed values by field; only with the choice `values`"},
    )


class ToldSchema(PairSchema):
    """A problem with a value; of `area_choice` the communes to choose from."""

    field = fields.String(required=True, allow_none=True)
    code = fields.String(required=True)
    options = fields.List(fields.Dict())


class ParkedSchema(Schema):
    """An operation that the server keeps whole without applying it."""

    id = fields.String(required=True)
    reason = fields.String(required=True)
    words = fields.Nested(PairSchema, required=True)
    todo = fields.Nested(PairSchema, required=True)
    activity = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True, allow_none=True)
    author = fields.Nested(AuthorSchema, required=True)
    received_at = fields.String(required=True)
    operation = fields.Dict(
        required=True, allow_none=True, metadata={"description": "Null if it could not be read"}
    )
    problems = fields.List(fields.Nested(ToldSchema), required=True)


class ParkedListSchema(Schema):
    """What waits, oldest first."""

    items = fields.List(fields.Nested(ParkedSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class SettlementSchema(Schema):
    """What becomes of it. `scope` says where, for `area_choice`."""

    class Meta:
        unknown = RAISE

    settlement = fields.String(required=True, validate=validate.OneOf(["accept", "dismiss"]))
    note = fields.String(load_default="", validate=validate.Length(max=NOTE_MAX_CHARACTERS))
    scope = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=80))


class SettledSchema(Schema):
    """How it ended. `successor` is the operation that was made in its stead."""

    id = fields.String(required=True)
    activity = fields.String(required=True, allow_none=True)
    settlement = fields.String(required=True)
    successor = fields.String(required=True, allow_none=True)


class DuplicateSchema(Schema):
    """Two activities that may tell of one event, the earlier one first."""

    id = fields.String(required=True)
    words = fields.Nested(PairSchema, required=True)
    found_at = fields.String(required=True)
    activities = fields.List(
        fields.Nested(ActivitySchema), required=True, validate=validate.Length(equal=2)
    )


class DuplicateListSchema(Schema):
    """Pairs that nobody has decided on, oldest first."""

    items = fields.List(fields.Nested(DuplicateSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class PrimarySchema(Schema):
    """The activity that counts; null if these are two events."""

    class Meta:
        unknown = RAISE

    primary = fields.String(required=True, allow_none=True, validate=validate.Length(max=36))


class DecidedPairSchema(Schema):
    """The pair as it stands now."""

    id = fields.String(required=True)
    primary = fields.String(required=True, allow_none=True)
    activities = fields.List(fields.Nested(ActivitySchema), required=True)
