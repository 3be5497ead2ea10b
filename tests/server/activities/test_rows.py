"""Values on their way into columns."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from server.activities import rows


@pytest.mark.parametrize(
    ("fields", "day"),
    [({"event_date": "2026-11-20"}, date(2026, 11, 20)), ({}, None), ({"event_date": None}, None),
     ({"event_date": []}, None), ({"event_date": "20/11"}, None)],
)  # fmt: skip
def test_the_day_of_the_event(fields: dict[str, object], day: date | None) -> None:
    assert rows.event_date(fields) == day


@pytest.mark.parametrize(
    "wall", [None, 7, "hôm qua", "1969-01-01T00:00:00Z", "2200-01-01T00:00:00Z",
             "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"],
)  # fmt: skip
def test_an_implausible_clock_is_not_believed(wall: object, now: datetime) -> None:
    assert rows.captured_at(wall, now) == now


def test_a_plausible_clock_is_kept_apart_from_ours(now: datetime) -> None:
    kept = rows.captured_at("2026-11-19T08:00:00+07:00", now)
    assert kept == datetime.fromisoformat("2026-11-19T01:00:00+00:00")
