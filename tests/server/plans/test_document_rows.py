"""Rows and targets of an annex: each mistake is told with the row that has it."""

from __future__ import annotations

from typing import Any

import pytest

from server.plans.document_rows import normalise_rows
from server.plans.findings import Findings
from tests.factories.plans import small_annex


def fields_at_fault(rows: Any) -> list[str]:
    findings = Findings()
    normalise_rows(findings, rows, ["I"], [])
    return [found["field"] for found in findings.found]


def row(**members: Any) -> dict[str, Any]:
    made: dict[str, Any] = small_annex(**members)["rows"][0]
    return made


def target(**members: Any) -> dict[str, Any]:
    made: dict[str, Any] = row()["targets"][0]
    return {**made, **members}


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"code": "4"}, "rows[1].code"),
        ({"section": "II"}, "section"),
        ({"group": "I.9"}, "group"),
        ({"name": None}, "name"),
        ({"unit": "Lượt"}, "unit"),
        ({"lead_units": "BHXH tỉnh"}, "lead_units"),
        ({"coordinating_units": [1]}, "coordinating_units"),
        ({"timing": {"periods": [{"month_from": 5, "month_to": 13}]}}, "periods"),
        ({"inherited": {"unit": "I.9"}}, "inherited.unit"),
        ({"inherited": {"targets": "I.4"}}, "inherited.targets"),
    ],
)
def test_rows(members: dict[str, Any], field: str) -> None:
    assert field in fields_at_fault([row(**members)])


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"id": None}, "targets[1].id"),
        ({"metric": "likes"}, "I.4-T1.metric"),
        ({"label": None}, "I.4-T1.label"),
        ({"min": "hai"}, "I.4-T1.min"),
        ({"min": None}, "I.4-T1.min"),
        ({"min": -1}, "I.4-T1.min"),
        ({"min": True}, "I.4-T1.min"),
        ({"max": 1}, "I.4-T1.max"),
        ({"per": ["day"]}, "I.4-T1.per"),
        ({"scope": "galaxy"}, "I.4-T1.scope"),
        ({"period": {"month_from": 3}}, "periods"),
    ],
)
def test_targets(members: dict[str, Any], field: str) -> None:
    assert fields_at_fault([row(targets=[target(**members)])]) == [field]


def test_the_same_code_or_target_twice() -> None:
    assert fields_at_fault([row(), row()]) == ["code"]
    assert fields_at_fault([row(targets=[target(), target()])]) == ["targets[2].id"]


@pytest.mark.parametrize("rows", [None, [], {}, "x"])
def test_no_rows(rows: Any) -> None:
    assert fields_at_fault(rows) == ["rows"]


def test_work_items_become_sentences() -> None:
    findings = Findings()
    items = ["Một.", {"marker": "-", "text": "Hai:", "items": [{"text": "ba;"}, "bốn."]}]
    (made,) = normalise_rows(findings, [row(work_items=items)], ["I"], [])
    assert made["work_items"] == ["Một.", "Hai:", "+ ba;", "+ bốn."]
    assert findings.found == []
