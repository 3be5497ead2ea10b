"""Figures of scans and calls asked for, over HTTP: for signed-in people, each within their area.

Not here: the page that everybody reads (`public_routes`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from flask import Response, current_app, jsonify
from flask_smorest import Blueprint
from sqlalchemy import Row

from server import clock, problems
from server.accounts import policy
from server.activities import paging
from server.activities.units import area_of_unit
from server.activities.wire import moment
from server.http.actor import Actor
from server.http.credentials import current_actor
from server.http.openapi import documented
from server.http.transaction import reading, writing
from server.places import queries as places
from server.problems import ProblemError
from server.scans import call_backs, run_figures, sheets, statistics
from server.scans.schemas import (
    CallBackArgumentsSchema,
    CallBackListSchema,
    CallBackSchema,
    CallerSchema,
    FiguresArgumentsSchema,
    RunCourseSchema,
    RunFiguresArgumentsSchema,
    RunFiguresSchema,
    ScanFiguresSchema,
    SettlementOfCallSchema,
)
from server.scans.statistics import Wanted

blueprint = Blueprint(
    "scans", __name__, url_prefix="/api/v1", description="Scans of leaflets, calls asked for"
)

DEFAULT_DAYS = 30
_SPAN = timedelta(days=DEFAULT_DAYS - 1)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_READS = (problems.UNAUTHENTICATED, problems.FORBIDDEN)


@blueprint.get("/scans/statistics")
@blueprint.arguments(FiguresArgumentsSchema, location="query")
@blueprint.response(200, ScanFiguresSchema)
@documented(*_READS)
def show_scan_figures(query: dict[str, Any]) -> Response:
    """Copies, hand-outs, scans and readers of the runs in one's area."""
    return jsonify(_figures(query))


@blueprint.get("/scans/statistics.csv")
@blueprint.arguments(FiguresArgumentsSchema, location="query")
@blueprint.response(200, content_type="text/csv")
@documented(*_READS)
def show_scan_csv(query: dict[str, Any]) -> Response:
    """The same as CSV."""
    rows = sheets.table(_figures(query))
    return _download(sheets.as_csv(rows), "text/csv; charset=utf-8", "luot-quet.csv")


@blueprint.get("/scans/statistics.xlsx")
@blueprint.arguments(FiguresArgumentsSchema, location="query")
@blueprint.response(200, content_type=_XLSX)
@documented(*_READS)
def show_scan_xlsx(query: dict[str, Any]) -> Response:
    """The same for Excel."""
    rows = sheets.table(_figures(query))
    return _download(sheets.as_xlsx(rows, "Lượt quét"), _XLSX, "luot-quet.xlsx")


@blueprint.get("/print-runs/statistics")
@blueprint.arguments(RunFiguresArgumentsSchema, location="query")
@blueprint.response(200, RunFiguresSchema)
@documented(*_READS)
def show_figures_of_runs(query: dict[str, Any]) -> Response:
    """Figures of the runs that a page lists, all at once, each with its weeks."""
    actor, today = current_actor(), clock.today_in_vietnam(clock.now())
    first, last = _days(query)
    codes = query["codes"].split(",")
    with reading() as session:
        return jsonify(run_figures.of_runs(session, actor.area, codes, first, last, today))


@blueprint.get("/print-runs/<string:run_id>/statistics")
@blueprint.response(200, RunCourseSchema)
@documented(*_READS, problems.NOT_FOUND)
def show_run_figures(run_id: str) -> Response:
    """A run's hand-outs and scans, day by day or week by week."""
    actor = current_actor()
    with reading() as session:
        run = statistics.run_by_id(session, run_id)
        if run is None or not _may_see(actor, run):
            raise ProblemError(problems.NOT_FOUND)
        return jsonify(statistics.course(session, run, clock.today_in_vietnam(clock.now())))


@blueprint.get("/call-backs")
@blueprint.arguments(CallBackArgumentsSchema, location="query")
@blueprint.response(200, CallBackListSchema)
@documented(*_READS)
def list_call_backs(query: dict[str, Any]) -> Response:
    """Who wants to be called in one's area; names and numbers masked."""
    actor = current_actor()
    after = paging.from_text(query["after"]) if "after" in query else None
    limit = query["limit"]
    with reading() as session:
        rows = call_backs.listed(session, actor, done=query["done"], after=after, limit=limit + 1)
        names = places.units(session, {row.commune_id for row in rows if row.commune_id})
    items = [
        _call_back(row, names[row.commune_id].full_name if row.commune_id in names else None)
        for row in rows[:limit]
    ]
    more = len(rows) > limit
    last = rows[limit - 1] if more else None
    return jsonify({"items": items, "next": last and paging.to_text(last.asked_at, last.id)})


@blueprint.post("/call-backs/<string:call_back_id>/showing")
@blueprint.response(200, CallerSchema)
@documented(*_READS, problems.NOT_FOUND)
def show_caller(call_back_id: str) -> Response:
    """Name and number in full, for whoever calls now."""
    actor = current_actor()
    with writing() as session:
        found = call_backs.show(session, actor, _key(), clock.now(), call_back_id)
    return jsonify(found)


@blueprint.post("/call-backs/<string:call_back_id>/settlement")
@blueprint.arguments(SettlementOfCallSchema)
@blueprint.response(200, CallBackSchema)
@documented(*_READS, problems.NOT_FOUND)
def settle_call_back(body: dict[str, Any], call_back_id: str) -> Response:
    """Tick it off, or take the tick back."""
    actor = current_actor()
    with writing() as session:
        row = call_backs.settle(session, actor, clock.now(), call_back_id, done=body["done"])
        unit = places.unit(session, row.commune_id) if row.commune_id else None
    return jsonify(_call_back(row, unit.full_name if unit else None))


def _figures(query: Mapping[str, Any]) -> dict[str, Any]:
    actor = current_actor()
    first, last = _days(query)
    with reading() as session:
        wanted = Wanted(
            actor.area, first, last, unit_area=area_of_unit(session, query["unit"]),
            leaflet_id=query["leaflet"],
        )  # fmt: skip
        return statistics.figures(session, query["by"], wanted)


def _days(query: Mapping[str, Any]) -> tuple[date, date]:
    """The days asked for, or the last ones."""
    last: date = query["last_day"] or clock.today_in_vietnam(clock.now())
    first: date = query["first_day"] or last - min(_SPAN, last - date.min)
    return first, last


def _may_see(actor: Actor, run: Row[Any]) -> bool:
    return policy.may(
        actor, "activity.read", province_code=run.province_code or "", commune_id=run.commune_id
    )


def _call_back(row: Row[Any], commune_name: str | None) -> dict[str, Any]:
    return {
        "id": row.id, "run": row.run_id, "code": row.code, "title": row.title,
        "commune": row.commune_id, "commune_name": commune_name, "asked_at": moment(row.asked_at),
        **call_backs.masked(_key(), row),
        "done_at": row.done_at and moment(row.done_at), "done_by": row.done_by_name,
    }  # fmt: skip


def _download(content: bytes, media_type: str, name: str) -> Response:
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _key() -> str:
    key: str = current_app.extensions["loa_settings"].secret_key
    return key
