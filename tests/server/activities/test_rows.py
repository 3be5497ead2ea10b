"""Values on their way into columns."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from server.activities import rows
from sync.capture import Capture, PhoneClock
from tests.factories.activities import make_operation


@pytest.mark.parametrize(
    ("fields", "day"),
    [({"event_date": "2026-11-20"}, date(2026, 11, 20)), ({}, None), ({"event_date": None}, None),
     ({"event_date": []}, None), ({"event_date": "20/11"}, None)],
)  # fmt: skip
def test_the_day_of_the_event(fields: dict[str, object], day: date | None) -> None:
    assert rows.event_date(fields) == day


def made(now: datetime, captured: object, delivery: rows.Delivery) -> Capture:
    operation = make_operation(captured=captured)
    return rows.captured_at(operation, now, delivery)


@pytest.mark.parametrize("wall", [None, "hôm qua", "1969-01-01T00:00:00Z", "2200-01-01T00:00:00Z"])
def test_an_implausible_clock_is_not_believed(wall: str | None, now: datetime) -> None:
    assert made(now, {"wall": wall}, rows.Delivery()) == Capture(now, None, now)


def test_a_clock_that_is_a_year_wrong_is_put_right(now: datetime) -> None:
    wrong = timedelta(days=365)
    tap, signed = now - timedelta(hours=5), now - timedelta(hours=7)
    told = {"wall": (tap + wrong).isoformat(), "monotonic_ms": 1000, "boot": "b", "beacon": "x"}
    sent = PhoneClock(now + wrong, 1000 + 3600 * 1000, "b")
    delivery = rows.Delivery("device", 1, sent, {"x": signed}.get)  # type: ignore[arg-type]
    assert made(now, told, delivery) == Capture(tap, signed, now - timedelta(hours=1))
