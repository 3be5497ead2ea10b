"""A small valid declaration to spoil in one place."""

from __future__ import annotations

import copy
from typing import Any

from server.catalogue.building import Shared
from server.catalogue.kind import Kind
from server.catalogue.loading import kind_from

SHARED = Shared(
    options={"topics": [{"id": "a", "label": {"vi": "A", "en": "A"}}]},
    fields={
        "event_date": {"type": "date", "label": {"vi": "Ngày", "en": "Date"}, "required": True},
        "note": {"type": "long_text", "label": {"vi": "Ghi chú", "en": "Note"}},
    },
    rates={"card": [{"from_day": "2025-07-01", "min_vnd": 1, "max_vnd": 2}]},
)

DECLARATION: dict[str, Any] = {
    "id": "sample",
    "version": 1,
    "labels": {"vi": "Mẫu", "en": "Sample"},
    "rows": ["I.4"],
    "evidence": {"min": 1},
    "sections": [
        {
            "id": "all",
            "label": {"vi": "Tất cả", "en": "All"},
            "fields": [
                {"use": "event_date"},
                {
                    "id": "topics",
                    "type": "choices",
                    "label": {"vi": "Chủ đề", "en": "Topics"},
                    "options": "topics",
                },
                {"id": "number", "type": "integer", "label": {"vi": "Số", "en": "Number"}},
                {"use": "note"},
            ],
        }
    ],
    "rules": [{"id": "past", "check": "not_in_future", "field": "event_date"}],
    "counts": [{"code": "I.4"}],
    "columns": ["event_date"],
    "example": {"event_date": "2026-10-01"},
}


def declare(**changes: Any) -> Kind:
    """The sample with some parts of its declaration replaced."""
    return kind_from({**copy.deepcopy(DECLARATION), **changes}, SHARED, "sample.yaml")


def with_field(**field: Any) -> Kind:
    """The sample with one more field at the end."""
    sections = copy.deepcopy(DECLARATION["sections"])
    label = {"vi": "Thêm", "en": "More"}
    sections[0]["fields"].append({"id": "more", "type": "text", "label": label, **field})
    return declare(sections=sections)
