"""Counters, numbers and digests of the feeds, altered behind the application's back."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from server.soundness.feeds import examine_feeds
from tests.server.soundness.conftest import damage

DAMAGES = {
    "digest": "UPDATE feed_scope SET digest = '00000000000000ff' WHERE name LIKE 'commune:%'",
    "behind": "UPDATE feed_scope SET seq = 0 WHERE name LIKE 'commune:%'",
    "given 3 times": "UPDATE activity SET seq = -1; UPDATE activity SET seq = 4",
    "in sum": "UPDATE activity SET version = 9, seq = seq + 30",
    "no number": "UPDATE activity SET seq = -1",
    "no counter": "DELETE FROM feed_scope WHERE name LIKE 'commune:%'",
}


@pytest.mark.parametrize("words", DAMAGES)
def test_damage_is_found(worked: Session, words: str) -> None:
    assert examine_feeds(worked).sound
    damage(worked, DAMAGES[words])
    assert any(words in fault for fault in examine_feeds(worked).faults)
