"""Wire shapes of phones. Unknown members of a request are refused, not ignored."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from server.accounts.schemas import OwnAccountSchema


class EnrolSchema(Schema):
    """A code from an enrolment sheet, and how the phone calls itself."""

    class Meta:
        unknown = RAISE

    enrolment_code = fields.String(required=True, validate=validate.Length(min=1, max=80))
    name = fields.String(required=True, validate=validate.Length(min=1, max=80))


class ScopeUnitSchema(Schema):
    """The place behind a scope."""

    scope = fields.String(required=True)
    id = fields.String(required=True)
    name = fields.String(required=True)
    full_name = fields.String(required=True)
    province = fields.String(required=True, allow_none=True)


class EnrolledSchema(Schema):
    """All that a phone needs to begin. The token is said this once."""

    device = fields.String(required=True)
    token = fields.String(required=True)
    account = fields.Nested(OwnAccountSchema, required=True)
    scopes = fields.List(fields.String(), required=True)
    units = fields.List(fields.Nested(ScopeUnitSchema), required=True)


class DeviceOwnerSchema(Schema):
    """Whose phone it is."""

    id = fields.String(required=True)
    name = fields.String(required=True)


class LossSchema(Schema):
    """What a phone told of, then, and that never came."""

    operations = fields.Integer(required=True)
    photos = fields.Integer(required=True)
    told_at = fields.AwareDateTime(required=True)


class EscrowSchema(Schema):
    """A phone that was shut out may deliver what it did before."""

    until = fields.AwareDateTime(required=True)


class DeviceSchema(Schema):
    """A phone as its owner and the administrator see it."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    account = fields.Nested(DeviceOwnerSchema, required=True)
    app = fields.String(required=True, allow_none=True)
    unsent = fields.Dict(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    last_seen_at = fields.AwareDateTime(required=True, allow_none=True)
    revoked_at = fields.AwareDateTime(required=True, allow_none=True)
    losses = fields.List(fields.Nested(LossSchema), required=True)
    forks = fields.Integer(
        required=True, metadata={"description": "How often it was found restored or cloned"}
    )
    forked_at = fields.AwareDateTime(required=True, allow_none=True)
    escrow = fields.Nested(EscrowSchema, required=True, allow_none=True)


class DeviceListSchema(Schema):
    """Phones, the newest first."""

    items = fields.List(fields.Nested(DeviceSchema), required=True)
