"""What somebody who reads two reports calls one event, and what not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from server import catalogue
from server.activities.likeness import NAMING, SHARED, has_time, is_same_photo, is_same_time

DAY = date(2026, 11, 18)
TITLE = "BHXH tự nguyện: đủ 15 năm đóng, có lương hưu"


def report(start: str | None = "08:00", *, by: str = "mai", **of: Any) -> dict[str, Any]:
    fields = {"start_time": start, **of.pop("fields", {})}
    return {"commune_id": "c-00004-2025", "kind": "conference", "event_date": DAY,
            "author_id": by, "fields": fields, **of}  # fmt: skip


def lasting(start: str, *, by: str = "mai", **fields: Any) -> dict[str, Any]:
    return report(start, by=by, fields=fields)


def titled(title: str, *, by: str = "mai", **fields: Any) -> dict[str, Any]:
    return report(by=by, fields={"programme_title": title, **fields})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (report("08:00"), report("08:00", by="lan"), True),
        (report("08:00"), report("08:01", by="lan"), False),
        (lasting("08:00", end_time="10:00"), report("09:30", by="lan"), True),
        (lasting("08:00", duration_min=60), report("08:59", by="lan"), True),
        (lasting("08:00", duration_min=60), report("09:00", by="lan"), False),
        # who reports twice says the same twice; two airings in a row are two
        (lasting("08:00", duration_min=60), lasting("08:00", duration_min=50), True),
        (lasting("08:00", duration_min=60), report("08:30"), False),
        (report(None), report(None, by="lan"), False),
        (report("lúc sáng"), report("08:00", by="lan"), False),
        (report(), report(kind="roadshow", by="lan"), False),
        (report(), report(commune_id="c-00008-2025", by="lan"), False),
        (report(commune_id=None), report(commune_id=None, by="lan"), False),
        (report(), report(event_date=date(2026, 11, 19), by="lan"), False),
    ],
)
def test_the_times_of_one_event(one: Any, other: Any, same: bool) -> None:
    assert is_same_time(one, other) is same
    assert is_same_time(other, one) is same


@pytest.mark.parametrize(
    ("one", "other", "by", "same"),
    [
        (TITLE, "BHXH tự nguyện 15 năm đóng", "lan", True),
        (TITLE, "bhxh tu nguyen, du 15 nam", "lan", True),
        (TITLE, "Vì sao không nên nhận BHXH một lần", "lan", False),
        (TITLE, "Lương hưu cho lao động tự do", "lan", False),
        (TITLE, "", "lan", True),
        (TITLE, "–", "lan", True),
        (TITLE, TITLE.upper(), "mai", True),
        (TITLE, "BHXH tự nguyện 15 năm đóng", "mai", False),
    ],
)
def test_the_words_of_one_programme(one: str, other: str, by: str, same: bool) -> None:
    assert is_same_time(titled(one), titled(other, by=by)) is same
    assert is_same_time(titled(other, by=by), titled(one)) is same


def test_other_topics_are_another_programme() -> None:
    first = titled(TITLE, topics=["bhxh_tu_nguyen", "luat_moi"])
    assert is_same_time(first, titled(TITLE, by="lan", topics=["luat_moi"]))
    assert not is_same_time(first, titled(TITLE, by="lan", topics=["bhyt_ho_gia_dinh"]))
    assert is_same_time(first, titled(TITLE, by="lan", topics=[]))


def test_a_photo_of_the_same_bytes() -> None:
    one, other = {"sets": {"evidence": {"a": {}, "b": {}}}}, {"sets": {"evidence": {"b": {}}}}
    assert is_same_photo(one, other)
    assert not is_same_photo(one, {"sets": {"evidence": {"c": {}}}})
    assert not is_same_photo({"sets": {}}, {"sets": {}})


def test_the_fields_that_tell_events_apart_are_those_of_the_catalogue() -> None:
    known = {
        name: field for kind in catalogue.kinds().values() for name, field in kind.fields.items()
    }
    assert {known[name].type for name in NAMING} == {"text"}
    assert {known[name].type for name in SHARED} == {"choices"}
    assert has_time({"start_time": "17:30"})
    assert not has_time({"start_time": None})
