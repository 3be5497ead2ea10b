"""An annex that is brought in, and everything that can be wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

from server.plans.document import TEXT_MAX, normalise, read_yaml
from server.plans.operations import FIRST_ANNEX
from server.problems import ProblemError
from tests.factories.plans import small_annex


def mistakes(document: Any) -> list[tuple[str | None, str | None]]:
    with pytest.raises(ProblemError) as raised:
        normalise(document)
    assert raised.value.problem.slug == "plan-invalid"
    for each in raised.value.extras["problems"]:
        assert each["vi"]
        assert each["en"]
    return [(each["row"], each["field"]) for each in raised.value.extras["problems"]]


def test_the_first_annex_stands_as_it_is() -> None:
    body = normalise(read_yaml(FIRST_ANNEX.read_text(encoding="utf-8")))
    assert len(body["sections"]) == 2
    assert len(body["groups"]) == 12
    assert [row["code"] for row in body["rows"]] == [
        "I.1.1", "I.1.2", "I.2.1.a", "I.2.1.b", "I.2.2.a", "I.2.2.b", "I.2.2.c", "I.2.3",
        "I.3.1", "I.3.2", "I.3.3", "I.3.4", "I.3.5", "I.4", "I.5.1.a", "I.5.1.b", "I.5.2",
        "I.5.3", "I.6", "II.1", "II.2",
    ]  # fmt: skip
    bounds = {target["id"]: (target["min"], target["max"], target["unit"])
              for row in body["rows"] for target in row["targets"]}  # fmt: skip
    assert bounds == {
        "I.1.1-T1": (3, 3, "cụm"),
        "I.1.2-T1": (10, 12, "cuộc"),
        "I.1.2-T2": (15, 20, "%"),
        "I.1.2-T3": (1, 3, "Hội nghị"),
        "I.4-T1": (2, None, "lượt"),
        "II.1-T1": (7, 7, "đợt"),
        "II.2-T1": (3, None, "đợt"),
    }


def test_what_is_not_yaml_is_told_with_its_line() -> None:
    with pytest.raises(ProblemError) as raised:
        read_yaml("plan:\n  id: [a\nrows: }")
    assert "dòng 3" in raised.value.extras["problems"][0]["vi"]
    with pytest.raises(ProblemError):
        read_yaml("a" * (TEXT_MAX + 1))


@pytest.mark.parametrize("document", [None, [], "x", {}, {"schema": "annex-plan/2"}])
def test_something_else(document: Any) -> None:
    assert mistakes(document) == [(None, "schema")]


@pytest.mark.parametrize(
    ("key", "value"),
    [("id", "Có Dấu"), ("id", None), ("title", ""), ("title", "x" * 200), ("year", "2026"),
     ("valid_from", "hôm nay"), ("valid_to", "2025-01-01"), ("valid_to", None)],
)  # fmt: skip
def test_the_plan_itself(key: str, value: Any) -> None:
    document = small_annex()
    document["plan"][key] = value
    assert (None, f"plan.{key}") in mistakes(document)


def test_all_mistakes_are_told_at_once() -> None:
    document = small_annex(section="X")
    document["plan"]["year"] = None
    document["sections"].append({"code": "I", "name": "Lặp"})
    document["groups"] = [{"code": "I.1", "name": "Nhóm", "section": "V"}, {"code": 5}]
    document["readings"] = {"week": "sunday"}
    assert mistakes(document) == [
        (None, "plan.year"), ("I", "sections"), (None, "groups[2]"), ("I.1", "section"),
        ("I.4", "section"), (None, "readings.week"),
    ]  # fmt: skip


def test_days_and_unknown_members_are_taken() -> None:
    document = read_yaml("""
schema: annex-plan/1
x-own: {a: 1}
plan: {id: tinh-thu, title: T, year: 2026, valid_from: 2026-01-01, valid_to: 2026-12-31}
sections: [{code: I, name: Một}]
rows: [{code: I.1, section: I, name: Hội nghị, facts: {since: 2026-02-03}}]
""")
    body = normalise(document)
    assert body["plan"]["valid_from"] == "2026-01-01"
    assert body["rows"][0]["facts"] == {"since": "2026-02-03"}
