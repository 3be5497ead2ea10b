"""Counts of scans, altered behind the application's back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from server.scans import operations, retention
from server.soundness.scans import examine_scans
from tests.server.scans.test_operations import sighting
from tests.server.soundness.conftest import damage

DAMAGES = {
    "2 person counted, 1 in sum": "UPDATE scan_count SET amount = 2 WHERE reason = 'person'",
    "0 person counted": "DELETE FROM scan_count WHERE reason = 'person'",
    "0 in sum": "DELETE FROM scan WHERE reason = 'bot'",
    "agent that is missing": "DELETE FROM scan_agent",
}


@pytest.mark.parametrize("words", DAMAGES)
def test_damage_is_found(session: Session, now: datetime, words: str) -> None:
    operations.record(session, [sighting(now), sighting(now, user_agent="curl/8.5.0")])
    session.commit()
    assert examine_scans(session).sound
    damage(session, DAMAGES[words])
    assert any(words in fault for fault in examine_scans(session).faults)


def test_counts_whose_rows_have_gone_are_sound(session: Session, now: datetime) -> None:
    old = now - retention.SCANS_KEPT - timedelta(days=1)
    operations.record(session, [sighting(old), sighting(now)])
    retention.tidy(session, now)
    assert examine_scans(session).sound
    retention.tidy(session, now + timedelta(days=900))
    assert examine_scans(session).sound
