"""Print runs over HTTP: lists, many at once, stopping and redirecting.

Not here: codes as pictures and sheets to print (`print_routes`), figures (`scans.routes`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from server import clock, problems
from server.accounts import areas
from server.http.actor import Area
from server.http.body import read_bytes
from server.http.credentials import current_actor
from server.http.openapi import documented
from server.http.transaction import reading, writing
from server.leaflets import moving, policy, queries, runs, wire, workbook
from server.leaflets.orders import Order, Troubles
from server.leaflets.queries import RunFilter, RunRow
from server.leaflets.schemas import (
    BatchSchema,
    DestinationSchema,
    ImportArgumentsSchema,
    NewRunsSchema,
    RunArgumentsSchema,
    RunListSchema,
    RunSchema,
    binary,
)  # fmt: skip
from server.places import queries as places

blueprint = Blueprint(
    "print_runs", __name__, url_prefix="/api/v1", description="Print runs of leaflets"
)

_READS = (problems.UNAUTHENTICATED, problems.FORBIDDEN)
_MAKES = (*_READS, problems.NOT_FOUND, problems.LEAFLET_STATE, problems.LEAFLET_OUTDATED,
          problems.RUNS_INVALID, problems.OVERLOADED)  # fmt: skip
_CHANGES = (*_READS, problems.NOT_FOUND, problems.LEAFLET_STATE)
_SHEET = (workbook.MEDIA_TYPE, "application/octet-stream")


@blueprint.get("/print-runs")
@blueprint.arguments(RunArgumentsSchema, location="query")
@blueprint.response(200, RunListSchema)
@documented(*_READS)
def list_runs(query: dict[str, Any]) -> Response:
    """The print runs of one's area, newest first."""
    actor = current_actor()
    policy.ensure_reads(actor)
    today, limit = clock.today_in_vietnam(clock.now()), query["limit"]
    with reading() as session:
        wanted = RunFilter(
            actor.area, today, leaflet_id=query["leaflet"], batch_id=query["batch"],
            unit_area=_area_of(session, query["unit"], today), status=query["status"],
        )  # fmt: skip
        rows = queries.list_runs(session, wanted, query["after"], limit + 1)
        items = wire.runs(session, rows[:limit], today)
    return jsonify({"items": items, "next": items[-1]["id"] if len(rows) > limit else None})


@blueprint.post("/print-runs")
@blueprint.arguments(NewRunsSchema)
@blueprint.response(201, BatchSchema)
@blueprint.alt_response(200, schema=BatchSchema, description="A dry run: all would be made")
@documented(*_MAKES)
def make_runs(body: dict[str, Any]) -> tuple[Response, int]:
    """Make runs of one version, all or none; a code each."""
    orders = [
        Order(row, one["unit"], one["copies"], one["place_detail"].strip(), one["period_from"],
              one["period_to"])
        for row, one in enumerate(body["runs"], 1)
    ]  # fmt: skip
    return _made(body, orders, Troubles())


@blueprint.post("/print-runs/import")
@blueprint.doc(requestBody=binary(*_SHEET))
@blueprint.arguments(ImportArgumentsSchema, location="query")
@blueprint.response(201, BatchSchema)
@blueprint.alt_response(200, schema=BatchSchema, description="A dry run: all would be made")
@documented(*_MAKES, problems.UNSUPPORTED_MEDIA_TYPE, problems.LENGTH_REQUIRED,
            problems.TOO_LARGE, problems.MALFORMED_JSON,
            problems.LEAFLET_FILE_REFUSED)  # fmt: skip
def import_runs(query: dict[str, Any]) -> tuple[Response, int]:
    """Make runs from a list of communes in Excel (XLSX), all or none; mistakes row by row."""
    policy.ensure_writes(current_actor())
    orders, troubles = workbook.read(read_bytes(workbook.BYTES_MAX, _SHEET))
    return _made(query, orders, troubles)


@blueprint.get("/print-runs/import/template")
@blueprint.response(200, content_type=workbook.MEDIA_TYPE)
@documented(*_READS)
def show_template() -> Response:
    """The list to fill in, with the communes of one's own province as its examples."""
    actor = current_actor()
    policy.ensure_reads(actor)
    today = clock.today_in_vietnam(clock.now())
    with reading() as session:
        provinces = queries.provinces_of(session, actor.area)
        communes = places.communes_of_province(session, provinces[0], today) if provinces else []
    examples = [(one.full_name, one.code) for one in communes]
    content = workbook.template(examples, today, today + timedelta(days=90))
    response = Response(content, content_type=workbook.MEDIA_TYPE)
    response.headers["Content-Disposition"] = 'attachment; filename="lan-in.xlsx"'
    return response


@blueprint.post("/print-runs/<string:run_id>/stop")
@blueprint.response(200, RunSchema)
@documented(*_CHANGES)
def stop_run(run_id: str) -> Response:
    """Stop a run: its code leads to a kind page, phones warn."""
    actor = current_actor()
    with writing() as session:
        return jsonify(_shown(session, runs.stop(session, actor, clock.now(), run_id)))


@blueprint.post("/print-runs/<string:run_id>/start")
@blueprint.response(200, RunSchema)
@documented(*_CHANGES)
def start_run(run_id: str) -> Response:
    """Let a stopped run go on."""
    actor = current_actor()
    with writing() as session:
        return jsonify(_shown(session, runs.start(session, actor, clock.now(), run_id)))


@blueprint.put("/print-runs/<string:run_id>/destination")
@blueprint.arguments(DestinationSchema)
@blueprint.response(200, RunSchema)
@documented(*_CHANGES)
def redirect_run(body: dict[str, Any], run_id: str) -> Response:
    """Let the code of copies that are out already show another published version."""
    actor = current_actor()
    with writing() as session:
        row = runs.redirect(session, actor, clock.now(), run_id, body["version"])
        return jsonify(_shown(session, row))


def _made(
    asked: dict[str, Any], orders: Sequence[Order], troubles: Troubles
) -> tuple[Response, int]:
    actor, now = current_actor(), clock.now()

    def make(session: Session) -> tuple[str | None, list[dict[str, Any]]]:
        batch_id, made = runs.make(
            session, actor, now, asked["version"], orders, troubles=troubles,
            confirm_outdated=asked["confirm_outdated"], province_code=asked.get("province"),
        )  # fmt: skip
        rows = {row.run.id: row for row in queries.runs_of(session, [one.id for one in made])}
        items = _items(session, [rows[one.id] for one in made])
        if not asked["dry_run"]:
            return batch_id, items
        session.rollback()  # all was tried, down to the database; nothing of it stays
        return None, [_without_id(one) for one in items]

    batch_id, items = moving.despite_moves(make)
    return jsonify({"batch": batch_id, "items": items}), 200 if batch_id is None else 201


def _without_id(item: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key not in ("id", "code", "batch")}


def _shown(session: Session, row: RunRow) -> dict[str, Any]:
    return _items(session, [row])[0]


def _items(session: Session, rows: Sequence[RunRow]) -> list[dict[str, Any]]:
    return wire.runs(session, rows, clock.today_in_vietnam(clock.now()))


def _area_of(session: Session, unit_id: str | None, today: date) -> Area | None:
    if unit_id is None:
        return None
    try:
        return areas.area_of(session, [unit_id], today)
    except KeyError:
        return Area()
