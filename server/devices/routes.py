"""Phones over HTTP: `/api/v1/devices`. A GET never uses a code up, whoever previews the link."""

from __future__ import annotations

from typing import Any

from flask import current_app, request
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from server import clock, problems
from server.accounts import attempts
from server.accounts import queries as accounts
from server.database import db
from server.database.engine import begin_glance
from server.devices import operations, queries
from server.devices.schemas import DeviceListSchema, EnrolledSchema, EnrolSchema
from server.http import credentials
from server.http.credentials import Credential, current_actor
from server.http.openapi import documented
from server.http.transaction import reading, writing
from server.settings import Settings

blueprint = Blueprint(
    "devices", __name__, url_prefix="/api/v1", description="Phones: enrolment and revocation"
)


@blueprint.post("/devices")
@blueprint.arguments(EnrolSchema)
@blueprint.response(201, EnrolledSchema)
@documented(problems.ENROLMENT_CODE_UNUSABLE, problems.TOO_MANY_ATTEMPTS)
def enrol(body: dict[str, str]) -> Any:
    """Redeem an enrolment code for a token. Wrong tries are counted by address, before any work."""
    settings: Settings = current_app.extensions["loa_settings"]
    now = clock.now()
    limits = [(limit, request.remote_addr or "unknown") for limit in attempts.ENROLMENT_LIMITS]
    with writing() as session:
        try_id = attempts.admit_try(session, settings.secret_key, now, limits)
    with writing() as session:
        device, token, owner, scopes = operations.enrol(
            session, now, body["enrolment_code"], body["name"]
        )
        attempts.forgive_tries(session, settings.secret_key, try_id)
        return {
            "device": device.id,
            "token": token,
            "account": accounts.describe_account(session, owner),
            "scopes": scopes,
            "units": queries.describe_scopes(session, scopes),
        }


@blueprint.get("/devices")
@blueprint.response(200, DeviceListSchema)
@documented(problems.UNAUTHENTICATED)
def list_devices() -> Any:
    """Phones of the administrator's area; for everybody else their own."""
    actor = current_actor()
    with reading() as session:
        found = queries.list_devices(session, actor, clock.now())
        items = [_described(one) for one in found]
    return {"items": items}


@blueprint.delete("/devices/<string:device_id>")
@blueprint.response(204)
@documented(problems.UNAUTHENTICATED, problems.NOT_FOUND)
def revoke_device(device_id: str) -> None:
    """Let a phone read nothing from now on; what it did before it may deliver for 90 days."""
    actor = current_actor()
    with writing() as session:
        operations.revoke_device(session, actor, clock.now(), device_id)


@blueprint.delete("/devices/<string:device_id>/escrow")
@blueprint.response(204)
@documented(problems.UNAUTHENTICATED, problems.NOT_FOUND, problems.CONFLICT)
def deny_escrow(device_id: str) -> None:
    """Refuse even what a revoked phone did before. It cannot be taken back."""
    actor = current_actor()
    with writing() as session:
        operations.deny_escrow(session, actor, clock.now(), device_id)


def load_token(token: str) -> Credential | None:
    """The loader of the scheme `bearer`."""
    # a session of its own, for the route may be in the middle of a transaction
    with Session(db.engine) as session:
        begin_glance(session)
        found = queries.holder(session, token, clock.now())
    if found is None:
        return None
    actor, contact = found
    return Credential(actor, contact=contact)


credentials.register_loader("bearer", load_token)


def _described(one: queries.DeviceOf) -> dict[str, Any]:
    device, until = one.device, one.escrow_until
    return {
        "id": device.id,
        "name": device.name,
        "account": {"id": one.owner.id, "name": one.owner.name},
        "app": device.app,
        "unsent": device.unsent,
        "created_at": device.created_at,
        "last_seen_at": device.last_seen_at,
        "revoked_at": device.revoked_at,
        "losses": [
            {"operations": loss.operations, "photos": loss.photos, "told_at": loss.told_at}
            for loss in one.losses
        ],
        "forks": device.forks,
        "forked_at": device.forked_at,
        "escrow": None if until is None else {"until": until},
    }
