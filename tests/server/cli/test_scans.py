"""`loa scans`: judge again, let go."""

from __future__ import annotations

from datetime import datetime

from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.cli.scans import scans
from server.scans import operations
from server.scans.models import Scan, ScanCount, ScanSalt
from tests.server.scans.test_operations import sighting


def test_reclassify_tells_what_changed(app: Flask, session: Session, now: datetime) -> None:
    operations.record(session, [sighting(now)])
    session.execute(update(Scan).values(reason="bot", rules_version=0))
    session.execute(update(ScanCount).values(reason="bot"))
    session.commit()
    result = CliRunner().invoke(scans, ["reclassify"], obj=app)
    assert result.exit_code == 0, result.output
    assert "bot -> person: 1" in result.output
    session.rollback()
    assert session.execute(select(ScanCount.reason)).scalars().all() == ["person"]


def test_tidy_lets_go_of_what_is_over(app: Flask, session: Session, now: datetime) -> None:
    operations.record(session, [sighting(datetime.fromisoformat("2020-01-01T00:00:00+00:00"))])
    session.commit()
    assert CliRunner().invoke(scans, ["tidy"], obj=app).exit_code == 0
    session.rollback()
    assert session.execute(select(ScanSalt)).all() == []
    assert session.execute(select(Scan)).all() == []
