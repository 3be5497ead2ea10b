"""Times that a phone can show later."""

from __future__ import annotations

from datetime import datetime

import pytest

from server.exchange import beacon


def test_a_beacon_is_read_by_its_own_server_only(now: datetime) -> None:
    text = beacon.issue("one", now)
    assert beacon.read("one", text) == now
    assert beacon.read("other", text) is None


@pytest.mark.parametrize("text", ["", "x", "1.2", "1763600400000"])
def test_anything_else_is_no_beacon(text: str) -> None:
    assert beacon.read("one", text) is None
