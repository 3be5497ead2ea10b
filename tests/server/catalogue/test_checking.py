"""Parts that do not fit together stop the start."""

from __future__ import annotations

from typing import Any

import pytest

from server.catalogue.reader import CatalogueError
from tests.server.catalogue.declarations import declare, with_field


@pytest.mark.parametrize(
    ("field", "complaint"),
    [
        ({"id": "More"}, "not snake_case"),
        ({"type": "choice"}, "a choice has options"),
        (
            {"type": "choice", "options": [{"id": "a", "label": {"vi": "A", "en": "A"}}] * 2},
            "an option stands twice",
        ),
        ({"shown_if": {"field": "later", "filled": True}}, "fields before it, not 'later'"),
        ({"shown_if": {"field": "more", "filled": True}}, "fields before it, not 'more'"),
        ({"required_if": {"field": "nowhere", "filled": True}}, "no field 'nowhere'"),
        ({"type": "time", "min": 5}, "do not fit the type time"),
        ({"min": 1}, "do not fit the type text"),
    ],
)
def test_a_field_must_fit(field: dict[str, Any], complaint: str) -> None:
    with pytest.raises(CatalogueError, match=complaint):
        with_field(**field)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"id": "Sample"}, "not snake_case"),
        ({"columns": ["nowhere"]}, "columns: no field 'nowhere'"),
        ({"repeated": ["nowhere"]}, "repeated: no field"),
        ({"example": {"nowhere": 1}}, "example: no field"),
        ({"evidence": {"min": 3, "max": 2}}, "min must not be above max"),
        ({"counts": []}, "counts nowhere"),
        ({"counts": [{"code": "I.4", "amount": "topics"}]}, "is no number field"),
        ({"counts": [{"code": "I.4", "group_key": "number"}]}, "is no choice or code"),
        ({"counts": [{"code": "I.5.3"}]}, "are not the rows counted"),
        (
            {"counts": [{"code": "I.4", "when": {"field": "nowhere", "is": 1}}]},
            "count I.4: no field 'nowhere'",
        ),
        (
            {"rules": [{"id": "x", "check": "sum", "fields": ["topics"], "max": 1}]},
            "a sum needs numbers",
        ),
        (
            {"rules": [{"id": "x", "check": "order", "first": "number", "second": "event_date"}]},
            "an order needs two",
        ),
        (
            {"rules": [{"id": "x", "check": "not_in_future", "field": "event_date"}] * 2},
            "an id stands twice",
        ),
        (
            {"rules": [{"id": "x", "check": "range", "field": "nowhere", "min": 1}]},
            "rule x: no field 'nowhere'",
        ),
    ],
)
def test_a_kind_must_fit(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(CatalogueError, match=complaint):
        declare(**changes)


def test_figures_need_a_day() -> None:
    label = {"vi": "Tất cả", "en": "All"}
    with pytest.raises(CatalogueError, match="needs the required date 'event_date'"):
        declare(sections=[{"id": "all", "label": label, "fields": [{"use": "note"}]}])
