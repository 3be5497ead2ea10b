"""The figure of one target, and what is required of the part of the country that is looked at.

`min` and `max` are always the annex's own. `required` is what this unit owes in this period (for
the nation: all its provinces together), None where nothing can be said: a yearly target in a
shorter period, a provincial one in a single commune, one per organisation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy.orm import Session

from server.measures import tallies
from server.measures.definitions import DEFINITIONS, SHARE_DECIMALS, Figure, Metric
from server.measures.extent import Extent
from server.measures.tallies import GroupTally
from server.plans.periods import Period, months


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: whose figures, of which days, and the sums that answer it."""

    plan: Mapping[str, Any]
    extent: Extent
    period: Period
    today: date | None
    denominator_day: date
    sums: Mapping[str, Figure]
    groups: list[GroupTally]

    def of(self, code: str) -> list[GroupTally]:
        return [tally for tally in self.groups if tally.code == code]

    def distinct_groups(self, code: str, *, by_province: bool = False) -> Figure:
        """How many different groups appear; the same wave in two provinces is two if asked."""
        seen: dict[tuple[str | None, str | None], Figure] = {}
        for tally in self.of(code):
            key = (tally.province_code if by_province else None, tally.group_key)
            seen[key] = seen.get(key, Figure()).plus(tally.figure)
        total = Figure()
        for figure in seen.values():
            total = total.plus(figure.reaches(1))
        return total


def target_progress(
    session: Session, asked: Asked, target: Mapping[str, Any], row_figure: Figure
) -> dict[str, Any]:
    """One target in the contract's shape, with what helps to show it."""
    metric, code = DEFINITIONS[target["metric"]], target["metric"]
    due = _due_period(asked.plan, target)
    shown: dict[str, Any] = {
        "id": target["id"],
        "metric": code,
        "label": target["label"],
        "unit": target["unit"],
        "min": target["min"],
        "max": target["max"],
        "per": target["per"],
        "period": due.id,
        "due": {"from": due.first.isoformat(), "to": due.last.isoformat()},
        "required": _required(asked, metric, target["min"], due),
        **_figure(asked, metric, code, row_figure)._asdict(),
    }
    if metric.counting == "share":
        shown["communes"] = _communes(asked, code)
    elif metric.counting == "groups" or metric.is_per_group:
        shown["groups"] = _groups(asked, code)
    if metric.by_week:
        shown.update(_cells(session, asked, code, target["min"]))
    return shown


def _figure(asked: Asked, metric: Metric, code: str, row_figure: Figure) -> Figure:
    if metric.counting == "row":
        return row_figure
    if metric.counting == "share":
        counted, total = asked.distinct_groups(code), asked.extent.commune_total
        return Figure(
            *(round(100 * value / total, SHARE_DECIMALS) if total else 0 for value in counted)
        )
    if metric.counting == "groups":
        return asked.distinct_groups(code, by_province=metric.owed_by == "province")
    return asked.sums.get(code, Figure())


def _required(asked: Asked, metric: Metric, minimum: float, due: Period) -> float | None:
    """What is owed; see the module's head. Weekly targets are answered by `_cells`."""
    if metric.by_week or metric.is_per_group or not asked.period.covers(due):
        return None
    provinces = len(asked.extent.province_codes)
    if metric.owed_by == "nation":
        return minimum if asked.extent.unit.level == "nation" else None
    if metric.owed_by == "anyone" or metric.counting == "share":
        return minimum if provinces else None
    return minimum * provinces if provinces else None


def _communes(asked: Asked, code: str) -> dict[str, Any]:
    """The share's two sides: communes that appear, of how many, on which day's list."""
    return {
        "total": asked.extent.commune_total,
        "on": asked.denominator_day.isoformat(),
        **asked.distinct_groups(code)._asdict(),
    }


def _groups(asked: Asked, code: str) -> list[dict[str, Any]]:
    """The amounts under each group key, by key."""
    sums: dict[str, Figure] = {}
    for tally in asked.of(code):
        key = tally.group_key or ""
        sums[key] = sums.get(key, Figure()).plus(tally.figure)
    return [{"key": key, **sums[key]._asdict()} for key in sorted(sums)]


def _cells(session: Session, asked: Asked, code: str, minimum: float) -> dict[str, Any]:
    """Pairs of place and week: how many there are, are due, and reach the minimum."""
    place: Literal["commune", "province"] = (
        "province" if asked.plan["readings"]["broadcast_scope"] == "province" else "commune"
    )
    places = asked.extent.commune_total
    if place == "province":
        places = len(asked.extent.province_codes)
    weeks = asked.period.weeks
    due = [week for week in weeks if asked.today is None or week.monday <= asked.today]
    reached = tallies.cells_reaching(session, asked.extent.condition, code, weeks, place, minimum)
    return {
        "required": places * len(weeks) * minimum,
        "cells": {
            "place": place, "total": places * len(weeks), "due": places * len(due),
            **reached._asdict(),
        },
    }  # fmt: skip


def _due_period(plan: Mapping[str, Any], target: Mapping[str, Any]) -> Period:
    """The days of the plan's year in which the target is to be reached: 2026, 2026-Q2, 2026-05."""
    year, stated = plan["year"], target.get("period")
    if stated is None:
        return months(year, 1, 12, str(year))
    first, last = stated["month_from"], stated["month_to"]
    if (first, last) == (1, 12):
        name = str(year)
    elif first % 3 == 1 and last == first + 2:
        name = f"{year}-Q{last // 3}"
    elif first == last:
        name = f"{year}-{first:02}"
    else:
        span = months(year, first, last, "")
        name = f"{span.first.isoformat()}..{span.last.isoformat()}"
    return months(year, first, last, name)
