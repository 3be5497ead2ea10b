"""Plans over HTTP, and the catalogue, whose own room lies below HTTP.

Not here: progress against targets (`measures`).
"""

from __future__ import annotations

import re
from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from server import catalogue, clock, problems
from server.http.credentials import current_actor
from server.http.openapi import documented
from server.http.transaction import reading
from server.plans import queries
from server.plans.schemas import CatalogueSchema, PlanListSchema, PlanSchema
from server.problems import ProblemError

blueprint = Blueprint(
    "plans", __name__, url_prefix="/api/v1", description="Plans and the catalogue of kinds"
)

_PLAN_ID = re.compile(r"[a-z0-9-]{1,60}")


@blueprint.get("/catalogue")
@blueprint.response(200, CatalogueSchema)
@blueprint.alt_response(304, description="The caller's copy (`If-None-Match`) is the present one")
def show_catalogue() -> Any:
    """Every kind of activity with its fields, rules and an example. Public: it holds no data."""
    response = Response()
    if request.if_none_match.contains_weak(catalogue.version()):
        response.status_code = 304
    else:
        response = jsonify(catalogue.as_json())
    response.set_etag(catalogue.version())
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/plans")
@blueprint.response(200, PlanListSchema)
@documented(problems.UNAUTHENTICATED)
def list_plans() -> Any:
    """All plans, the latest year first."""
    current_actor()
    with reading() as session:
        current = queries.current_plan(session, clock.today_in_vietnam(clock.now()))
        return {"items": queries.plans(session), "current": current and current["id"]}


@blueprint.get("/plans/<string:plan_id>")
@blueprint.response(200, PlanSchema)
@documented(problems.UNAUTHENTICATED, problems.NOT_FOUND)
def show_plan(plan_id: str) -> Any:
    """One plan: sections, groups, rows in the annex's order, targets, readings, versions."""
    current_actor()
    with reading() as session:
        found = queries.plan(session, plan_id) if _PLAN_ID.fullmatch(plan_id) else None
        if found is None:
            raise ProblemError(problems.NOT_FOUND)
        return {
            **found,
            "amendments": queries.amendments(session, plan_id),
            "readings_described": queries.readings_of(found),
        }
