"""The shared vectors, run by the server. `pwa/src/forms/rules/rules.test.ts` runs the same."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from server.catalogue.derive import counts
from server.catalogue.derive.validation import validate, warnings
from tests.server.catalogue.vectors import CASES, RULES, all_kinds, photos


def assert_same(found: list[dict[str, str]], expected: list[dict[str, str]]) -> None:
    """Field and code exactly and in order; wordings where the vector gives them."""
    assert [(p["field"], p["code"]) for p in found] == [(p["field"], p["code"]) for p in expected]
    for problem, wanted in zip(found, expected, strict=True):
        assert {key: problem[key] for key in wanted} == wanted


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_vector(case: dict[str, Any]) -> None:
    kind = all_kinds()[case["kind"]]
    fields, status = case["fields"], case.get("status", "submitted")
    today = date.fromisoformat(case.get("today", "2026-11-20"))
    sets = {"evidence": photos(case.get("evidence", 0))}
    assert_same(validate(kind, fields, sets, status, today), case["problems"])
    if "warnings" in case:
        assert_same(warnings(kind, fields, today), case["warnings"])
    if "counts" in case:
        found = counts(kind, fields, sets, case.get("commune"))
        assert [
            {"code": c.code, "amount": c.amount, "group_key": c.group_key} for c in found
        ] == case["counts"]


def test_the_vectors_cover_every_word_of_the_vocabulary() -> None:
    used = json.dumps(RULES["declarations"])
    words = [
        "required_if", "shown_if", "all", "any", "not", "is", "in", "includes", "filled",
        "at_least", "at_most", "order", "not_in_future", "sum", "range", "usual_value", "refuse",
        "group_key", "distinct", "amount", "severity", "max_length",
    ]  # fmt: skip
    assert [word for word in words if f'"{word}"' not in used] == []
    assert len(CASES) >= 60
