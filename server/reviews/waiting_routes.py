"""What waits for a person beside the queue, over HTTP: conflicts, parked work, duplicates.

Not here: the queue and decisions on reports (`routes`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint
from sqlalchemy import Row
from sqlalchemy.orm import Session

from server import clock, problems
from server.activities import paging
from server.activities import queries as activities
from server.activities.schemas import ActivitySchema
from server.activities.units import area_of_unit, with_names
from server.activities.wire import moment
from server.change_feed.operations import ScopeMoved
from server.http.actor import Actor
from server.http.credentials import current_actor
from server.http.openapi import documented
from server.http.transaction import reading, writing
from server.problems import ProblemError
from server.reviews import conflicts, duplicates, parked, policy, queries, settling
from server.reviews.waiting_schemas import (
    ClashingActivitiesSchema,
    DecidedPairSchema,
    DuplicateListSchema,
    ParkedArgumentsSchema,
    ParkedListSchema,
    PrimarySchema,
    ResolutionSchema,
    SettledSchema,
    SettlementSchema,
    WaitingArgumentsSchema,
)

#: How often a place may go on to another while somebody settles what waits for it.
_MOVES_MAX = 3

blueprint = Blueprint(
    "waiting", __name__, url_prefix="/api/v1",
    description="Reviewing: conflicts, parked work, possible duplicates",
)  # fmt: skip


@blueprint.get("/conflicts")
@blueprint.arguments(WaitingArgumentsSchema, location="query")
@blueprint.response(200, ClashingActivitiesSchema)
@documented(problems.UNAUTHENTICATED, problems.FORBIDDEN)
def list_conflicts(arguments: dict[str, Any]) -> Response:
    """Activities with a conflict or an amendment that the reader is to decide."""
    actor = current_actor()
    policy.ensure_reviews(actor)
    with reading() as session:
        rows = conflicts.waiting(session, actor, **_narrowed(session, arguments))
        items = with_names(session, rows[: arguments["limit"]])
    return jsonify({"items": items, "next": _next(rows, arguments, "changed_at")})


@blueprint.post("/activities/<string:activity_id>/conflicts/<string:conflict_id>/resolution")
@blueprint.arguments(ResolutionSchema)
@blueprint.response(200, ActivitySchema)
@documented(
    problems.UNAUTHENTICATED, problems.FORBIDDEN, problems.OWN_WORK, problems.NOT_FOUND,
    problems.STALE_REVIEW, problems.DECISION_IMPOSSIBLE,
)  # fmt: skip
def resolve_conflict(body: dict[str, Any], activity_id: str, conflict_id: str) -> Response:
    """Keep what stands, take what is proposed, or type values; answers the activity."""
    actor = current_actor()
    with writing() as session:
        conflicts.resolve(
            session, actor, clock.now(), activity_id, conflict_id,
            body["version"], body["choice"], body["set"],
        )  # fmt: skip
    # after the commit, when the row has its number in the feed
    with reading() as session:
        (item,) = with_names(session, [queries.activity(session, activity_id)])
    return jsonify(item)


@blueprint.get("/parked")
@blueprint.arguments(ParkedArgumentsSchema, location="query")
@blueprint.response(200, ParkedListSchema)
@documented(problems.UNAUTHENTICATED)
def list_parked(arguments: dict[str, Any]) -> Response:
    """Operations that are kept aside: one's own, and for a reviewer those of their area."""
    actor = current_actor()
    with reading() as session:
        rows = parked.waiting(
            session, actor, reason=arguments.get("reason"), **_narrowed(session, arguments)
        )
    items = [parked.to_wire(row) for row in rows[: arguments["limit"]]]
    return jsonify({"items": items, "next": _next(rows, arguments, "received_at")})


@blueprint.post("/parked/<string:operation_id>/settlement")
@blueprint.arguments(SettlementSchema)
@blueprint.response(200, SettledSchema)
@documented(
    problems.UNAUTHENTICATED, problems.FORBIDDEN, problems.OWN_WORK, problems.NOT_FOUND,
    problems.CONFLICT, problems.DECISION_IMPOSSIBLE,
)  # fmt: skip
def settle_parked(body: dict[str, Any], operation_id: str) -> Response:
    """Take a parked operation for its author, or dismiss it; the author hears of it."""
    done = _settle(current_actor(), operation_id, body)
    return jsonify({
        "id": done.id,
        "activity": done.activity_id or None,
        "settlement": done.settlement,
        "successor": done.successor_id,
    })  # fmt: skip


def _settle(actor: Actor, operation_id: str, body: dict[str, Any]) -> settling.Settled:
    """Its commune may be merged away between the look and the lock: then all of it once more, and
    the second look finds it where it is."""
    for _ in range(_MOVES_MAX):
        try:
            with writing() as session:
                return settling.settle(
                    session, actor, clock.now(), operation_id,
                    body["settlement"], body["note"].strip(), body["scope"],
                )  # fmt: skip
        except ScopeMoved:
            continue
    raise ProblemError(problems.OVERLOADED)


@blueprint.get("/duplicates")
@blueprint.arguments(WaitingArgumentsSchema, location="query")
@blueprint.response(200, DuplicateListSchema)
@documented(problems.UNAUTHENTICATED, problems.FORBIDDEN)
def list_duplicates(arguments: dict[str, Any]) -> Response:
    """Pairs of activities that may tell of one event."""
    actor = current_actor()
    policy.ensure_reviews(actor)
    with reading() as session:
        pairs = duplicates.waiting(session, actor, **_narrowed(session, arguments))
        shown = pairs[: arguments["limit"]]
        by_id = _activities(session, [id for pair in shown for id in _both(pair)])
    items = [
        {
            "id": pair.id,
            "words": duplicates.words(pair.why),
            "found_at": moment(pair.found_at),
            "activities": [by_id[id] for id in _both(pair)],
        }
        for pair in shown
    ]
    return jsonify({"items": items, "next": _next(pairs, arguments, "found_at")})


@blueprint.post("/duplicates/<string:pair_id>/decision")
@blueprint.arguments(PrimarySchema)
@blueprint.response(200, DecidedPairSchema)
@documented(
    problems.UNAUTHENTICATED, problems.FORBIDDEN, problems.OWN_WORK, problems.NOT_FOUND,
)  # fmt: skip
def decide_duplicate(body: dict[str, Any], pair_id: str) -> Response:
    """Say which one counts, or that these are two events."""
    actor = current_actor()
    with writing() as session:
        pair = duplicates.decide(session, actor, clock.now(), pair_id, body["primary"])
    with reading() as session:
        by_id = _activities(session, _both(pair))
    return jsonify({
        "id": pair.id, "primary": body["primary"], "activities": [by_id[id] for id in _both(pair)],
    })  # fmt: skip


def _narrowed(session: Session, arguments: dict[str, Any]) -> dict[str, Any]:
    """What all lists take; one row more than asked for says whether there is a next page."""
    return {
        "after": paging.from_text(arguments["after"]) if "after" in arguments else None,
        "limit": arguments["limit"] + 1,
        "unit_area": area_of_unit(session, arguments.get("unit")),
    }


def _next(rows: Sequence[Row[Any]], arguments: dict[str, Any], moment_of: str) -> str | None:
    limit = arguments["limit"]
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    return paging.to_text(last._mapping[moment_of], last.id)


def _both(pair: Row[Any]) -> tuple[str, str]:
    return pair.first_id, pair.second_id


def _activities(session: Session, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    rows = [row for id in dict.fromkeys(ids) if (row := activities.get(session, id)) is not None]
    return {item["id"]: item for item in with_names(session, rows)}
