"""Reviews over HTTP: the queue, ready reasons, decisions.

Not here: looking at one activity with its history (`activities`), photos (`evidence`).
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from server import clock, problems
from server.activities import paging
from server.activities.schemas import ActivitySchema
from server.activities.units import area_of_unit, with_names
from server.http.credentials import current_actor
from server.http.openapi import documented
from server.http.transaction import reading, writing
from server.reviews import operations, queries
from server.reviews.reasons import reasons
from server.reviews.schemas import (
    DecideSchema,
    QueueArgumentsSchema,
    QueueSchema,
    ReasonListSchema,
)  # fmt: skip

blueprint = Blueprint(
    "reviews", __name__, url_prefix="/api/v1", description="Reviewing: the queue and decisions"
)


@blueprint.get("/reviews/queue")
@blueprint.arguments(QueueArgumentsSchema, location="query")
@blueprint.response(200, QueueSchema)
@documented(problems.UNAUTHENTICATED)
def show_queue(arguments: dict[str, Any]) -> Response:
    """What the reader is to decide in their area, longest waiting first; never their own."""
    actor = current_actor()
    after = paging.from_text(arguments["after"]) if "after" in arguments else None
    limit = arguments["limit"]
    with reading() as session:
        page = queries.queue(
            session,
            actor,
            after=after,
            limit=limit + 1,
            kind=arguments.get("kind"),
            unit_area=area_of_unit(session, arguments.get("unit")),
        )
        items = with_names(session, page.rows[:limit])
    last = page.rows[limit - 1] if len(page.rows) > limit else None
    return jsonify({
        "items": [item | {"needs": queries.needs(item)} for item in items],
        "next": None if last is None else paging.to_text(last.changed_at, last.id),
        "counts": page.counts,
        "total": sum(page.counts.values()),
    })  # fmt: skip


@blueprint.get("/reviews/reasons")
@blueprint.response(200, ReasonListSchema)
@documented(problems.UNAUTHENTICATED)
def show_reasons() -> Any:
    """Ready reasons for returning a report."""
    current_actor()
    return {"items": reasons()}


@blueprint.post("/activities/<string:activity_id>/decisions")
@blueprint.arguments(DecideSchema)
@blueprint.response(200, ActivitySchema)
@documented(
    problems.UNAUTHENTICATED, problems.FORBIDDEN, problems.OWN_WORK, problems.NOT_FOUND,
    problems.STALE_REVIEW, problems.DECISION_IMPOSSIBLE, problems.EVIDENCE_MISSING,
    problems.OPEN_CONFLICT,
)  # fmt: skip
def decide(body: dict[str, Any], activity_id: str) -> Response:
    """Approve, return or reject what was seen; answers the activity as it then stands."""
    actor = current_actor()
    with writing() as session:
        operations.decide(
            session,
            actor,
            clock.now(),
            activity_id,
            body["decision"],
            body["version"],
            body["digest"],
            body["remarks"],
            body["override"],
        )
    # after the commit, when the row has its number in the feed
    with reading() as session:
        row = queries.activity(session, activity_id)
        (item,) = with_names(session, [row])
    return jsonify(item)
