"""`POST /api/v1/sync`: one trip that delivers what a phone did and fetches what is new.

The request is read by plain code (`request`, `parsing`), for this is the hottest route; the
schemas only describe it. Not here: merging (`sync`), applying (`activities`), the feed's numbers
(`change_feed`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from flask import Response, current_app
from flask_smorest import Blueprint

from server import clock, problems
from server.activities.operations import Result
from server.activities.wire import moment
from server.change_feed import operations as change_feed_operations
from server.change_feed import queries as change_feed
from server.change_feed.queries import Glance
from server.devices import operations as devices
from server.exchange import beacon, contact, drafts, escrow, ledger, parsing, pull, push
from server.exchange.courier_routes import own_key
from server.exchange.request import SyncRequest, read_request
from server.exchange.schemas import SyncAnswerSchema, SyncRequestSchema
from server.http.actor import Actor, Contact
from server.http.body import read_body
from server.http.credentials import current_credential, delivering_actor
from server.http.decode import StrictJsonError
from server.http.openapi import documented, signed_in_by
from server.http.transaction import glancing, reading, writing
from server.problems import ProblemError
from server.settings import Settings
from sync.limits import BATCH_BYTES_MAX, OLDEST_PROTOCOL

blueprint = Blueprint(
    "exchange", __name__, url_prefix="/api/v1", description="Phones: delivering and fetching"
)


@blueprint.post("/sync")
@blueprint.doc(requestBody={
    "required": True, "content": {"application/json": {"schema": SyncRequestSchema}},
})  # fmt: skip
@blueprint.response(200, SyncAnswerSchema)
@signed_in_by("device")
@documented(problems.FORBIDDEN, problems.CSRF)
def sync() -> Response:
    """Deliver operations, then fetch what is new (PROTOCOL.md 4).

    Each operation has an outcome of its own; a bad one never fails the others.
    """
    actor = delivering_actor()
    if actor.device_id is None:
        raise ProblemError(problems.FORBIDDEN)  # a console works online, through the lists
    now = clock.now()
    request = _read(actor)
    if actor.escrow_until is not None and not escrow.delivers(request):
        raise ProblemError(problems.UNAUTHENTICATED)
    known = _contact()
    if contact.turns(known, request):
        contact.turn(actor.device_id, now, request)
    verdicts = push.deliver(actor, now, request) if request.operations else []
    if known is not None and known.loss_open:
        with writing() as session:
            ledger.tell(session, now, actor.account_id)
    if any(verdict.is_new_fork for verdict in verdicts):
        with writing() as session:
            devices.note_fork(session, now, actor.device_id)
    kept = _keep_drafts(actor, request)
    # The time after the commit: a backup begun before it may miss what is acknowledged here
    answer = _answer(actor, clock.now(), request, verdicts)
    if actor.escrow_until is not None:
        answer |= escrow.narrowed(actor.escrow_until, verdicts)
    whole = answer | kept | _key_news(request)
    return Response(orjson.dumps(whole), mimetype="application/json")


def _read(actor: Actor) -> SyncRequest:
    # An uncompressed body may be as large as an inflated one: only packing is optional
    body = read_body(BATCH_BYTES_MAX, BATCH_BYTES_MAX)
    try:
        message = parsing.loads(body)
        parsing.check_envelope(message)
    except StrictJsonError as error:
        raise ProblemError(problems.MALFORMED_JSON, detail=str(error)) from error
    request = read_request(message.value, message.suspect)
    if request.device is not None and request.device != actor.device_id:
        raise ProblemError(problems.FORBIDDEN)  # a token belongs to one phone
    return request


def _keep_drafts(actor: Actor, request: SyncRequest) -> dict[str, Any]:
    """The answer's `drafts`, if it sent any; in a transaction of their own, for no operation
    depends on them."""
    if not request.drafts and not request.taken:
        return {}
    if actor.escrow_until is not None:
        return {"drafts": drafts.refuse(request)}
    with writing() as session:
        return {"drafts": drafts.keep(session, actor, request)}


def _key_news(request: SyncRequest) -> dict[str, Any]:
    """The answer's `courier_key`, for a phone that holds none or another."""
    if not request.asks_key:
        return {}
    key = own_key()
    return {} if request.courier_key == key.id else {"courier_key": key.to_wire()}


def _contact() -> Contact | None:
    credential = current_credential()
    return None if credential is None else credential.contact


def _fetch(
    actor: Actor, request: SyncRequest, results: list[Result]
) -> tuple[Glance | None, dict[str, Any], dict[str, Any]]:
    """The feed as it was seen, and the answer's `changes` and `grants`.

    One statement is one snapshot; only where it says that rows have to be read, a transaction
    looks again and reads them.
    """
    if pull.follows_only_its_own(actor, request.cursors):
        with glancing() as session:
            seen = change_feed.glance(session, actor.scopes)
            grants = pull.follow(session, actor, request.cursors).grants
        if seen is None:
            return None, {}, {}
        changes = pull.known_changes(pull.wanted(actor, request, results), seen)
        if changes is not None:
            return seen, changes, grants
    with reading() as session:
        following = pull.follow(session, actor, request.cursors)
        wanted = pull.wanted(actor, request, results, following.leaving)
        seen = change_feed.glance(session, wanted.scopes)
        if seen is None:
            return None, {}, {}
        return seen, pull.changes(session, wanted, seen), following.grants


def _answer(
    actor: Actor, now: datetime, request: SyncRequest, verdicts: list[push.Verdict]
) -> dict[str, Any]:
    """What the phone gets; read from one snapshot after the commit."""
    assert actor.device_id is not None
    results = [verdict.result for verdict in verdicts if verdict.result is not None]
    seen, changes, grants = _fetch(actor, request, results)
    if seen is None or (not verdicts and contact.is_news(_contact(), now, request)):
        with writing() as session:
            contact.note(session, actor.device_id, now, request)
            change_feed_operations.begin_life(session, now)
    if seen is None:
        return _answer(actor, now, request, verdicts)
    settings: Settings = current_app.extensions["loa_settings"]
    return {
        "incarnation": seen.incarnation,
        "server_time": moment(now),
        "beacon": beacon.issue(settings.secret_key, now),
        "outcomes": [verdict.to_wire() for verdict in verdicts],
        "changes": changes,
        "grants": grants,
        "durable_through": moment(seen.durable_through),
        "oldest_protocol": OLDEST_PROTOCOL,
        "retry_after_s": 0,
    }
