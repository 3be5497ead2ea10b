"""Last year's plan as a beginning for another year. Pure."""

from __future__ import annotations

import copy
from typing import Any


def for_year(body: dict[str, Any], year: int) -> dict[str, Any]:
    """`body` (normal form) for `year`, under an id of that year, plainly marked as a copy.

    The year is exchanged where names bear it; number and date are the real annex's to give.
    """
    source = body["plan"]
    old, new = str(source["year"]), str(year)
    copied = copy.deepcopy(body)
    plan_id = source["id"]
    copied["plan"].update(
        id=plan_id.replace(old, new) if old in plan_id else f"{plan_id}-{new}",
        title=f"{_moved(source['title'], old, new)} (bản sao từ năm {old}, chờ phụ lục chính thức)",
        issued_with=None,
        plan_number=None,
        plan_date=None,
        year=year,
        valid_from=f"{new}-01-01",
        valid_to=f"{new}-12-31",
    )
    for row in copied["rows"]:
        row["name"] = row["name"] and _moved(row["name"], old, new)
    return copied


def _moved(text: str, old: str, new: str) -> str:
    for word in ("năm", "NĂM", "Năm"):
        text = text.replace(f"{word} {old}", f"{word} {new}")
    return text
