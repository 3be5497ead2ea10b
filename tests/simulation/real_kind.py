"""The kind of the simulated world as the real catalogue declares kinds, in two versions.

Not here: the same kind for the model server (`rules`).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from server.catalogue import Kind
from server.catalogue.derive.validation import validate
from server.catalogue.loading import kind_from, load_shared
from sync.errors import Problem
from tests.simulation.rules import COUNT_MAX, KIND

TODAY = "2026-11-20"


def _words(text: str) -> dict[str, str]:
    return {"vi": text, "en": text}


def _field(id: str, type: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "type": type, "label": _words(id), **more}


@cache
def kind(version: int) -> Kind:
    """What a server of that version knows: 2 is the present one, 3 knows one field more."""
    fields = [
        {"use": "event_date"},
        _field("title", "text", required=True),
        _field("note", "text"),
        _field("count", "integer", min=0, max=COUNT_MAX),
        _field("limit", "integer", min=0, max=COUNT_MAX),
        _field("lat", "integer", min=0, max=9000, group="spot"),
        _field("lon", "integer", min=0, max=18000, group="spot"),
    ]
    if version > 2:
        fields.append(_field("mood", "text"))
    declared = {
        "id": KIND, "version": version, "order": 99, "labels": _words("Phát"),
        "short": _words("Phát"), "rows": ["I.4"], "evidence": {"min": 0, "max": 40},
        "sections": [{"id": "all", "label": _words("Chung"), "fields": fields}],
        "rules": [{"id": "not_above_limit", "check": "sum", "fields": ["count"],
                   "at_most": ["limit"]}],
        "counts": [{"code": "I.4", "amount": 1}],
        "columns": ["event_date", "title"], "repeated": [],
        "example": {"event_date": TODAY, "title": "Phát"},
    }  # fmt: skip
    return kind_from(declared, load_shared(), "simulation")


def problems(fields: Any, sets: Any, status: str) -> list[Problem]:
    """What the real rules find wrong."""
    from datetime import date

    return validate(kind(2), fields, sets, status, date.fromisoformat(TODAY))
