"""Progress over HTTP: for signed-in people and phones, each within its area."""

from __future__ import annotations

import re
from typing import Any

from flask import jsonify
from flask_smorest import Blueprint

from server import clock, problems
from server.http.credentials import current_actor
from server.http.openapi import documented
from server.http.transaction import reading
from server.measures import queries
from server.measures.schemas import (
    ProgressQuerySchema,
    ProgressSchema,
    WeeksQuerySchema,
    WeeksSchema,
)
from server.problems import ProblemError

blueprint = Blueprint(
    "measures", __name__, url_prefix="/api/v1", description="Progress against the plan"
)

#: Ids reach the database as they are; what no id looks like is not found.
_ID = re.compile(r"[a-z0-9-]{1,60}")


@blueprint.get("/plans/<string:plan_id>/progress")
@blueprint.arguments(ProgressQuerySchema, location="query")
@blueprint.response(200, ProgressSchema)
@documented(
    problems.UNAUTHENTICATED, problems.FORBIDDEN, problems.NOT_FOUND, problems.PERIOD_INVALID
)
def show_progress(query: dict[str, Any], plan_id: str) -> Any:
    """Every row and target with done, sent and approved, for a unit and a period."""
    actor = current_actor()
    _check_ids(plan_id, query["unit"])
    today = clock.today_in_vietnam(clock.now())
    with reading() as session:
        found = queries.progress(
            session, actor, plan_id, query["unit"], query["period"], today=today
        )
    return jsonify(found)  # whole numbers stay whole, shares keep their decimal


@blueprint.get("/plans/<string:plan_id>/weeks")
@blueprint.arguments(WeeksQuerySchema, location="query")
@blueprint.response(200, WeeksSchema)
@documented(
    problems.UNAUTHENTICATED, problems.FORBIDDEN, problems.NOT_FOUND, problems.PERIOD_INVALID
)  # fmt: skip
def show_weeks(query: dict[str, Any], plan_id: str) -> Any:
    """The weekly broadcast target by commune and ISO week, for a province or less."""
    actor = current_actor()
    _check_ids(plan_id, query["unit"])
    with reading() as session:
        return jsonify(
            queries.weeks_grid(
                session, actor, plan_id, query["unit"], query["first_day"], query["last_day"]
            )
        )


def _check_ids(plan_id: str, unit_id: str | None) -> None:
    for id in (plan_id, unit_id or "vn"):
        if not _ID.fullmatch(id):
            raise ProblemError(problems.NOT_FOUND)
