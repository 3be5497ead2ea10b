"""Better rules are run over stored scans, and counts follow."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.scans import classify, operations
from server.scans.models import Scan, ScanCount
from server.scans.reclassify import Outcome, days_of_older_rules, reclassify_day
from tests.server.scans.test_operations import sighting


def run_again(session: Session, *, all_rows: bool = False) -> Outcome:
    outcome = Outcome()
    for run_id, day in days_of_older_rules(session, all_rows=all_rows):
        reclassify_day(session, run_id, day, outcome)
    session.commit()
    return outcome


def counts(session: Session) -> dict[str, int]:
    rows = session.execute(
        select(ScanCount.reason, func.sum(ScanCount.amount)).group_by(ScanCount.reason)
    )
    return {reason: int(amount) for reason, amount in rows}


@pytest.fixture
def _scans(session: Session, now: datetime) -> None:
    operations.record(session, [
        sighting(now),
        sighting(now + timedelta(minutes=2), if_none_match='"x"'),
        sighting(now, address="1.1.1.1", user_agent="SnoopCheck/1.0 (Mozilla)"),
        sighting(now + timedelta(days=1), address="1.1.1.2", run="other"),
    ])  # fmt: skip
    session.commit()


@pytest.mark.usefixtures("_scans")
def test_the_same_rules_change_nothing(session: Session) -> None:
    before = counts(session)
    assert days_of_older_rules(session) == []
    outcome = run_again(session, all_rows=True)
    assert outcome.looked_at == 4
    assert not outcome.changed
    assert counts(session) == before == {"person": 2, "replay": 1, "bot": 1}


@pytest.mark.usefixtures("_scans")
def test_newer_rules_are_applied_and_counted(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = classify.read_rules("""
        version: 2
        rules:
          - {id: checks, reason: preview, when: {agent: snoopcheck}}
          - {id: reload, reason: replay, when: {returning: true, since_s: {max: 1800}}}
          - {id: opened, reason: person, when: {}}
    """)
    monkeypatch.setattr(classify, "rules", lambda: newer)
    outcome = run_again(session)
    assert outcome.changed == {("bot", "preview"): 1}
    assert counts(session) == {"person": 2, "replay": 1, "preview": 1}
    assert set(session.execute(select(Scan.rules_version)).scalars()) == {2}
    assert days_of_older_rules(session) == []
