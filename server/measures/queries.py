"""Progress of a plan: each row and target with done, sent and approved, for a part of the country
and a stretch of time; and the communes-by-weeks grid.

Not here: what the numbers mean (`definitions`), the statements (`tallies`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from server import catalogue, problems
from server.http.actor import Actor
from server.measures import tallies
from server.measures.definitions import DEFINITIONS, GROUPED, Figure
from server.measures.extent import Extent, find_extent
from server.measures.targets import Asked, target_progress
from server.places import lineages
from server.places import queries as places
from server.plans import queries as plans
from server.plans.periods import Period, Week, parse_period, week_of
from server.problems import ProblemError

#: A grid is for a province's year and a little more.
GRID_WEEKS_MAX = 60
BROADCASTS = "voluntary_si_broadcasts"


def progress(
    session: Session,
    actor: Actor,
    plan_id: str,
    unit_id: str | None = None,
    period: str | None = None,
    today: date | None = None,
) -> dict[str, Any]:
    """Every row and target of a plan with its figures, in the contract's shape.

    `unit_id`: `vn`, a province, an office or a commune; default the actor's own unit. `period`:
    see `plans.periods`; default the plan's validity. With `today`, cells tell how many are due.
    Raises not-found, forbidden, period-invalid.
    """
    plan = _plan(session, plan_id)
    span = _period(plan, period)
    denominator_day = _denominator_day(plan, span)
    extent = find_extent(session, actor, unit_id, denominator_day)
    summed_codes = {row["code"] for row in plan["rows"]} | set(DEFINITIONS)
    grouped_codes = catalogue.distinct_codes() | GROUPED
    asked = Asked(
        plan=plan,
        extent=extent,
        period=span,
        today=today,
        denominator_day=denominator_day,
        sums=tallies.sums_by_code(session, extent.condition, span, summed_codes),
        groups=tallies.sums_by_group(session, extent.condition, span, grouped_codes),
    )
    return {
        "plan": plan_id,
        "unit": _unit(extent),
        "period": {"id": span.id, "from": span.first.isoformat(), "to": span.last.isoformat()},
        "rows": [_row(session, asked, row) for row in plan["rows"]],
    }


def weeks_grid(
    session: Session,
    actor: Actor,
    plan_id: str,
    unit_id: str | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
) -> dict[str, Any]:
    """The weekly broadcast target, commune by commune and week by week.

    Each commune's `done`, `sent` and `approved` are lists of numbers, one for each of `weeks`.
    Default: all weeks of the plan. Not for the whole nation: that is 176,000 cells.
    """
    plan = _plan(session, plan_id)
    whole = _period(plan, None)
    span = Period("", first_day or whole.first, last_day or whole.last)
    weeks = span.weeks
    if span.first > span.last or len(weeks) > GRID_WEEKS_MAX:
        raise ProblemError(problems.PERIOD_INVALID)
    extent = find_extent(session, actor, unit_id, span.last)
    if extent.unit.level == "nation":
        raise ProblemError(problems.INVALID, problems=[
            {"field": "unit", "vi": "Hãy chọn một tỉnh.", "en": "Choose a province."}
        ])  # fmt: skip
    figures = tallies.week_figures(session, extent.condition, BROADCASTS, weeks)
    return {
        "plan": plan_id,
        "unit": _unit(extent),
        "target": _weekly_target(plan),
        "weeks": [{"id": week.id, "from": week.monday.isoformat(), "to": week.sunday.isoformat()}
                  for week in weeks],
        "items": [
            {**commune, **_series(figures, commune["id"], weeks)}
            for commune in _communes(session, extent, span.last)
        ],
    }  # fmt: skip


def week_figure(session: Session, actor: Actor, commune_id: str, day: date) -> Figure:
    """Broadcasts on voluntary SI of one commune in the ISO week of `day`."""
    extent = find_extent(session, actor, commune_id, day)
    week = week_of(day)
    found = tallies.week_figures(session, extent.condition, BROADCASTS, [week])
    return next(iter(found.values()), Figure())


def _plan(session: Session, plan_id: str) -> dict[str, Any]:
    found = plans.plan(session, plan_id)
    if found is None:
        raise ProblemError(problems.NOT_FOUND)
    return found


def _period(plan: Mapping[str, Any], text: str | None) -> Period:
    if text is None:
        first, last = (date.fromisoformat(plan[key]) for key in ("valid_from", "valid_to"))
        return Period(str(plan["year"]), first, last)
    try:
        return parse_period(text)
    except ValueError as error:
        raise ProblemError(problems.PERIOD_INVALID) from error


def _denominator_day(plan: Mapping[str, Any], span: Period) -> date:
    return span.first if plan["readings"]["commune_denominator"] == "first_day" else span.last


def _row(session: Session, asked: Asked, row: Mapping[str, Any]) -> dict[str, Any]:
    code = row["code"]
    if code in catalogue.distinct_codes():
        figure = asked.distinct_groups(code)
    else:
        figure = asked.sums.get(code, Figure())
    return {
        "code": code,
        "name": row["name"],
        "unit": row["unit"]["wording"],
        "section": row["section"],
        "group": row["group"],
        **figure._asdict(),
        "targets": [
            target_progress(session, asked, target, figure) for target in row["targets"]
        ],
    }  # fmt: skip


def _unit(extent: Extent) -> dict[str, Any]:
    unit = extent.unit
    return {"id": unit.id, "level": unit.level, "name": unit.name, "full_name": unit.full_name,
            "communes": extent.commune_total}  # fmt: skip


def _weekly_target(plan: Mapping[str, Any]) -> dict[str, Any] | None:
    for row in plan["rows"]:
        for target in row["targets"]:
            if target["metric"] == BROADCASTS:
                return {"id": target["id"], "row": row["code"], "label": target["label"],
                        "min": target["min"], "max": target["max"],
                        "scope": plan["readings"]["broadcast_scope"]}  # fmt: skip
    return None


def _communes(session: Session, extent: Extent, day: date) -> list[dict[str, Any]]:
    unit = extent.unit
    assert unit.province_code is not None
    offices = places.offices_of_communes(session, unit.province_code, day)
    if unit.level == "commune":
        found = [unit]
    else:
        found = places.communes_of_province(session, unit.province_code, day)
    listed = []
    lineage_ids = lineages.ids_of(session, found)
    for commune in found:
        lineage = lineage_ids[commune.id]
        if unit.level == "office" and offices.get(lineage) != unit.id:
            continue
        listed.append({"id": lineage, "unit_id": commune.id, "name": commune.name,
                       "type": commune.type, "full_name": commune.full_name,
                       "office_id": offices.get(lineage)})  # fmt: skip
    return listed


def _series(
    figures: Mapping[tuple[str, int], Figure], commune_id: str, weeks: list[Week]
) -> dict[str, list[float]]:
    cells = [figures.get((commune_id, index), Figure()) for index in range(len(weeks))]
    return {name: [getattr(cell, name) for cell in cells] for name in Figure._fields}
