"""`/minh-hoa`, for everybody, and the same figures for programs. Nothing that is asked is kept."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from flask import Blueprint as PlainBlueprint
from flask import Response, jsonify, request
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from server import clock
from server.leaflets import printing
from server.leaflets.typesetting import TypesettingError
from server.rates import tables
from server.scans import illustration
from server.scans.illustration import GROUP, YEARS, Asked
from server.scans.page import NOTICES, notice_page
from server.scans.public_routes import answer

public = PlainBlueprint("illustration", __name__)
blueprint = Blueprint(
    "rates", __name__, url_prefix="/api/v1", description="Contributions by the law of a day"
)


class DayArgumentsSchema(Schema):
    on = fields.Date(load_default=None, metadata={"description": "By the law of which day; today"})


class RatesSchema(Schema):
    """`tables`: id, title, heads, rows of `{label, amounts}` in đồng, note, sources, as_of."""

    on = fields.Date(required=True)
    tables = fields.List(fields.Dict(), required=True)


@public.get("/minh-hoa")
def illustrate() -> Response:
    """The page; what the address asks for is worked out on it."""
    day, day_asked = _day_asked()
    language = request.args.get("lang", "vi")
    asked = Asked(
        request.args.get("muc", illustration.lowest_base(day))[:20],
        request.args.get("nhom", GROUP)[:20],
        request.args.get("nam", YEARS)[:3],
        request.args.get("gioi", "women")[:5],
    )
    language = language if language in illustration.languages() else "vi"
    return answer(illustration.illustration_page(asked, day, day_asked, language))


@public.get("/minh-hoa.pdf")
def print_rates() -> Response:
    """The tables on one page, for a notice board."""
    since = printing.rates_since(_day_asked()[0])
    if since is None:
        return Response(status=404)
    try:
        response = Response(_sheet(since), content_type="application/pdf")
    except TypesettingError:
        return answer(notice_page("busy"), NOTICES["busy"])
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Disposition"] = 'inline; filename="muc-dong-huong.pdf"'
    return response


@lru_cache(maxsize=8)
def _sheet(since: date) -> bytes:
    # figures never change while the program runs, and setting them takes half a second
    return printing.rates_sheet(since)


@blueprint.get("/rates")
@blueprint.arguments(DayArgumentsSchema, location="query")
@blueprint.response(200, RatesSchema)
def show_rates(arguments: dict[str, Any]) -> Response:
    """Every table of contributions as it holds on a day. Public: it holds no data."""
    day = arguments["on"] or clock.today_in_vietnam(clock.now())
    found = [table for name in tables.names() if (table := tables.table(name, day))]
    return jsonify({"on": day.isoformat(), "tables": [_wire(table) for table in found]})


def _day_asked() -> tuple[date, str]:
    """The day of the address, with its words; today and nothing where it names none."""
    text = request.args.get("ngay", "")[:10]
    try:
        return date.fromisoformat(text), text
    except ValueError:
        return clock.today_in_vietnam(clock.now()), ""


def _wire(table: tables.RatesTable) -> dict[str, Any]:
    return {
        "id": table.id,
        "title": _text(table.title),
        "heads": [_text(head) for head in table.heads],
        "rows": [{"label": _text(row.label), "amounts": list(row.amounts)} for row in table.rows],
        "note": _text(table.note),
        "sources": list(table.sources),
        "as_of": table.as_of.isoformat(),
        "estimated": table.is_estimated,
    }


def _text(words: tables.Words) -> dict[str, str]:
    return {"vi": words.vi, "en": words.en}
