"""Places over HTTP: search and one place with its history. For signed-in people and phones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from server import clock, problems
from server.http.credentials import current_actor
from server.http.openapi import documented
from server.http.transaction import reading
from server.places import queries
from server.places.models import Succession, Unit
from server.places.schemas import (
    PlaceDetailSchema,
    PlaceListSchema,
    PlaceSearchSchema,
    succession_to_wire,
    unit_to_wire,
)
from server.places.search import LIMIT_MAX, search
from server.problems import ProblemError

blueprint = Blueprint(
    "places", __name__, url_prefix="/api/v1", description="Provinces, communes, offices"
)

_UNIT_ID = re.compile(r"vn|[pdco]-[0-9a-z-]{1,38}")


@blueprint.get("/places")
@blueprint.arguments(PlaceSearchSchema, location="query")
@blueprint.response(200, PlaceListSchema)
@documented(problems.UNAUTHENTICATED)
def find_places(query: dict[str, Any]) -> Any:
    """Places by name, with or without diacritics; without a name, all communes of a province,
    or all of the level (at most `limit`)."""
    current_actor()
    day = query["day"] or clock.today_in_vietnam(clock.now())
    with reading() as session:
        if query["q"].strip():
            found = search(session, query["q"], query["level"], day, min(query["limit"], LIMIT_MAX))
        elif query["province"]:
            found = queries.communes_of_province(session, query["province"], day)
        else:
            found = queries.units_of_level(session, query["level"] or "province", day)
        shown = _to_wire(session, found[: query["limit"]])
    return {"items": shown}


@blueprint.get("/places/<string:place_id>")
@blueprint.response(200, PlaceDetailSchema)
@documented(problems.UNAUTHENTICATED, problems.NOT_FOUND)
def show_place(place_id: str) -> Any:
    """One place: what it lies in, its versions, what it was made from and what it became."""
    current_actor()
    with reading() as session:
        found = queries.unit(session, place_id) if _UNIT_ID.fullmatch(place_id) else None
        if found is None:
            raise ProblemError(problems.NOT_FOUND)
        return _detail(session, found)


def _detail(session: Session, found: Unit) -> dict[str, Any]:
    is_office = found.level == "office"
    same_code = [found] if is_office else queries.versions(session, found.level, found.code)
    before = [] if is_office else queries.predecessors(session, found.id)
    after = [] if is_office else queries.successors(session, found.id)
    return {
        **_to_wire(session, [found])[0],
        "lineage_id": queries.lineage_id(session, found.id),
        "basis": found.basis,
        "note": found.note,
        "ancestors": _to_wire(session, queries.ancestors(session, found.id)),
        "versions": _to_wire(session, same_code),
        "predecessors": _links(session, before),
        "successors": _links(session, after),
    }


def _links(session: Session, links: Iterable[Succession]) -> list[dict[str, Any]]:
    return [
        succession_to_wire(link, province)
        for link in links
        for province in [_province(session, link.unit, {})]
    ]


def _to_wire(session: Session, found: Iterable[Unit]) -> list[dict[str, Any]]:
    known: dict[tuple[str, date | None], Unit | None] = {}
    return [unit_to_wire(each, _province(session, each, known)) for each in found]


def _province(
    session: Session, of: Unit, known: dict[tuple[str, date | None], Unit | None]
) -> Unit | None:
    """The province of a unit as it stood when the unit's version ended, or stands now."""
    if of.province_code is None:
        return None
    day = of.valid_to or clock.today_in_vietnam(clock.now())
    key = (of.province_code, day)
    if key not in known:
        known[key] = queries.version_on(session, "province", of.province_code, day)
    return known[key]
