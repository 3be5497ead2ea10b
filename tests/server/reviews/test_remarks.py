"""What a reviewer may say, and where it may point."""

from __future__ import annotations

from typing import Any

import pytest

from server.reviews.remarks import check_remarks, written

PHOTO = "ab" * 32


def _codes(decision: str, *remarks: dict[str, Any]) -> list[tuple[str, str]]:
    found = check_remarks(decision, remarks, {"started_at"}, {PHOTO})
    assert all(each["vi"] and each["en"] for each in found)
    return [(each["field"], each["code"]) for each in found]


@pytest.mark.parametrize("decision", ["return", "reject"])
def test_who_sends_back_says_why(decision: str) -> None:
    assert _codes(decision) == [("remarks", "required")]
    assert _codes(decision, {"text": "  "}) == [("remarks.0.text", "required")]
    assert _codes(decision, {"text": "Ảnh mờ"}) == []


def test_an_approval_needs_no_words() -> None:
    assert _codes("approve") == []


def test_a_remark_points_to_what_is_there() -> None:
    whole = {"text": "Xem chỗ khoanh", "field": "started_at", "evidence": PHOTO,
             "circle": [0.5, 0.5, 0.1]}  # fmt: skip
    assert _codes("return", whole) == []
    assert _codes("return", {**whole, "field": "x"}) == [("remarks.0.field", "unknown")]
    assert _codes("return", {"text": "a", "evidence": "x"}) == [("remarks.0.evidence", "unknown")]


@pytest.mark.parametrize(
    "circle", [[1.1, 0, 0.1], [0, -0.1, 0.1], [0, 0, 0], [0.5, 0.5], "abc", [True, 0, 0.1], {}]
)
def test_a_circle_lies_on_its_photo(circle: Any) -> None:
    remark = {"text": "a", "evidence": PHOTO, "circle": circle}
    assert _codes("return", remark) == [("remarks.0.circle", "range")]


def test_a_circle_without_a_photo_points_nowhere() -> None:
    assert _codes("return", {"text": "a", "circle": [0.5, 0.5, 0.1]}) == [
        ("remarks.0.circle", "range")
    ]


def test_remarks_have_measure() -> None:
    assert _codes("return", *[{"text": "a"}] * 21) == [("remarks", "too_many")]
    assert _codes("return", {"text": "a" * 1001}) == [("remarks.0.text", "too_long")]


def test_what_is_kept_is_trimmed() -> None:
    assert written([{"text": " Ảnh mờ ", "field": None}]) == [{"text": "Ảnh mờ"}]
