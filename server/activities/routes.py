"""Activities over HTTP: lists and one with its history. Phones sync instead (`exchange`).

Not here: changing anything. Decisions are in `reviews`, changes of content come by operations.
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint
from sqlalchemy import Row

from server import problems
from server.activities import paging, queries, units
from server.activities.queries import Filter
from server.activities.schemas import (
    ActivityDetailSchema,
    ActivityListSchema,
    ListArgumentsSchema,
)  # fmt: skip
from server.http.actor import Area
from server.http.credentials import current_actor
from server.http.openapi import documented
from server.http.transaction import reading
from server.problems import ProblemError

blueprint = Blueprint(
    "activities", __name__, url_prefix="/api/v1", description="Activities: lists and history"
)


@blueprint.get("/activities")
@blueprint.arguments(ListArgumentsSchema, location="query")
@blueprint.response(200, ActivityListSchema)
@documented(problems.UNAUTHENTICATED)
def list_activities(arguments: dict[str, Any]) -> Response:
    """Activities of the reader's area, newest change first; submitted ones oldest first."""
    actor = current_actor()
    after = paging.from_text(arguments["after"]) if "after" in arguments else None
    limit = arguments["limit"]
    with reading() as session:
        wanted = Filter(
            area=actor.area,
            unit_area=units.area_of_unit(session, arguments.get("unit")),
            status=arguments.get("status"),
            kind=arguments.get("kind"),
            day_from=arguments.get("day_from"),
            day_to=arguments.get("day_to"),
            text=arguments.get("q"),
            counts_for=arguments.get("row"),
        )
        rows = queries.list_page(session, wanted, after, limit + 1)
        items = units.with_names(session, rows[:limit])
    last = rows[limit - 1] if len(rows) > limit else None
    next = None if last is None else paging.to_text(last.changed_at, last.id)
    return jsonify({"items": items, "next": next})


@blueprint.get("/activities/<string:activity_id>")
@blueprint.response(200, ActivityDetailSchema)
@documented(problems.UNAUTHENTICATED, problems.NOT_FOUND)
def show_activity(activity_id: str) -> Response:
    """One activity with its history."""
    actor = current_actor()
    with reading() as session:
        row = queries.get(session, activity_id)
        if row is None or not _is_visible(row, actor.area):
            raise ProblemError(problems.NOT_FOUND)
        (item,) = units.with_names(session, [row])
        item["captured"] = row.captured
        item["history"] = queries.events(session, activity_id)
    return jsonify(item)


def _is_visible(row: Row[Any], area: Area) -> bool:
    return (
        area.nation
        or row.province_code in area.province_codes
        or row.commune_id in area.commune_ids
    )
