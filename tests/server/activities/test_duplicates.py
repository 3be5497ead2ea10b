"""What is alike: commune, kind, day and times, or a photo. Pairs end to end: `reviews`."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from server.activities.duplicates import is_near

DAY = date(2026, 11, 18)


def report(start: str | None, **of: Any) -> dict[str, Any]:
    fields = {"start_time": start, **of.pop("fields", {})}
    return {"commune_id": "c-00004-2025", "kind": "conference", "event_date": DAY,
            "fields": fields, **of}  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        (report("08:00"), report("08:30"), True),
        (report("08:00"), report("08:31"), False),
        (report("08:00", fields={"end_time": "10:00"}), report("09:30"), True),
        (report("08:00", fields={"duration_min": 60}), report("08:59"), True),
        (report("08:00", fields={"duration_min": 60}), report("09:00"), False),
        (report(None), report(None), False),
        (report("lúc sáng"), report("08:00"), False),
        (report("08:00"), report("08:00", kind="roadshow"), False),
        (report("08:00"), report("08:00", commune_id="c-00008-2025"), False),
        (report("08:00", commune_id=None), report("08:00", commune_id=None), False),
    ],
)
def test_times_that_come_together(one: Any, other: Any, near: bool) -> None:
    assert is_near(one, other) is near
    assert is_near(other, one) is near
