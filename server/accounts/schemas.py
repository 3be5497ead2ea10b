"""Wire shapes of the console's sign-in. Unknown members are refused, not ignored."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from server.http.actor import ROLES


class _Strict(Schema):
    class Meta:
        unknown = RAISE


class SignInSchema(_Strict):
    """What a person types at the console."""

    username = fields.String(required=True, validate=validate.Length(min=1, max=64))
    password = fields.String(
        required=True, load_only=True, validate=validate.Length(min=1, max=256)
    )
    code = fields.String(
        load_only=True,
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=16),
        metadata={"description": "Second factor, for accounts that have one (none do yet)"},
    )


class UnitNameSchema(Schema):
    """A unit by its names."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    full_name = fields.String(required=True)


class OwnAccountSchema(Schema):
    """An account as its owner sees it."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    unit = fields.Nested(UnitNameSchema, required=True)


class SessionSchema(Schema):
    """Who is signed in, and the token that changes must carry in X-CSRF-Token."""

    account = fields.Nested(OwnAccountSchema, required=True)
    csrf_token = fields.String(required=True)
