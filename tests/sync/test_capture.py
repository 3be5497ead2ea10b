"""The true moment of a tap lies within the bounds, however wrong the phone's wall clock is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sync.capture import Capture, PhoneClock, estimate, read_clock

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAYS = st.timedeltas(timedelta(0), timedelta(days=90))
WRONG = st.timedeltas(timedelta(days=-400), timedelta(days=400))


def clock(true: datetime, wrong: timedelta, running: timedelta, boot: str) -> PhoneClock:
    return PhoneClock(true + wrong, running // timedelta(milliseconds=1), boot)


@given(DAYS, DAYS, WRONG, st.floats(0, 1), st.booleans())
def test_the_truth_lies_within_the_bounds(
    before: timedelta, waited: timedelta, wrong: timedelta, awake: float, restarted: bool
) -> None:
    """`awake` is the share of the time in which the monotonic clock ran."""
    tap = NOON
    made = clock(tap, wrong, timedelta(hours=1), "one")
    sent = clock(tap + waited, wrong, timedelta(hours=1) + waited * awake,
                 "two" if restarted else "one")  # fmt: skip
    capture = estimate(made, sent, tap + waited, tap - before)
    assert capture.earliest is not None
    assert capture.earliest <= tap <= capture.latest + timedelta(milliseconds=1)
    assert capture.earliest <= capture.likely <= capture.latest
    # a clock that is wrong but was not set meanwhile is put right
    assert abs(capture.likely - tap) <= timedelta(milliseconds=1)


@given(DAYS, WRONG, WRONG)
def test_a_clock_that_was_set_in_between_stays_within_the_bounds(
    waited: timedelta, wrong: timedelta, later_wrong: timedelta
) -> None:
    made = clock(NOON, wrong, timedelta(0), "one")
    sent = clock(NOON + waited, later_wrong, timedelta(0), "two")
    capture = estimate(made, sent, NOON + waited, NOON - timedelta(hours=1))
    assert NOON - timedelta(hours=1) <= capture.likely <= NOON + waited


def test_without_any_clock_it_was_made_before_it_came() -> None:
    silent = read_clock(None)
    assert estimate(silent, silent, NOON, None) == Capture(NOON, None, NOON)
    assert estimate(silent, silent, NOON, None).to_wire() == {
        "likely": "2026-11-22T12:00:00.000Z",
        "earliest": None,
        "latest": "2026-11-22T12:00:00.000Z",
    }


def test_a_beacon_from_after_the_arrival_breaks_nothing() -> None:
    """Two web machines' clocks differ a little."""
    silent = read_clock({})
    capture = estimate(silent, silent, NOON, NOON + timedelta(seconds=3))
    assert capture.earliest == capture.likely == capture.latest == NOON


def test_clocks_are_read_from_anything() -> None:
    told = {"wall": "2026-11-22T19:00:00+07:00", "monotonic_ms": 812, "boot": "b"}
    assert read_clock(told) == PhoneClock(NOON, 812, "b")
    silent = PhoneClock(None, None, None)
    mad_ones: tuple[object, ...] = (
        None, 7, "x", [], {"wall": 5}, {"wall": "1066-10-14T00:00:00Z"}, {"wall": "99999"},
        {"monotonic_ms": -1}, {"monotonic_ms": True}, {"monotonic_ms": 1e9}, {"boot": 3},
        {"wall": "0001-01-01T00:00:00+14:00"}, {"wall": "9999-12-31T23:59:59-12:00"},
    )  # fmt: skip
    assert all(read_clock(mad) == silent for mad in mad_ones)
