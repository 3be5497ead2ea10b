"""Until when a phone that was shut out may deliver."""

from __future__ import annotations

from datetime import timedelta

from server.devices.escrow import ESCROW_KEPT, until
from tests.conftest import NOW

LATER = NOW + timedelta(days=5)


def test_ninety_days_from_whichever_came_first() -> None:
    assert until(NOW, None, None) == NOW + timedelta(days=90)
    assert until(LATER, NOW, None) == NOW + ESCROW_KEPT
    assert until(NOW, LATER, None) == NOW + ESCROW_KEPT


def test_none_for_a_phone_in_use_or_one_that_is_denied() -> None:
    assert until(None, None, None) is None
    assert until(NOW, None, LATER) is None
