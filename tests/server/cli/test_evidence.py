"""`loa evidence collect` says what it did; with `--dry-run`, what it would do."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import clock
from server.accounts.models import AuditEntry
from server.cli.evidence import evidence
from server.evidence.models import Photo
from tests.factories.accounts import make_account
from tests.factories.evidence import make_photo
from tests.factories.reviews import send_photo


def test_collect_deletes_what_nothing_names(app: Flask, session: Session, now: datetime) -> None:
    photo = make_photo(7)
    send_photo(now, make_account(session, now).id, photo)
    session.rollback()

    def run(days: int, *options: str) -> str:
        with clock.frozen(now + timedelta(days=days)):
            result = CliRunner().invoke(evidence, ["collect", *options], obj=app)
        assert result.exit_code == 0, result.output
        return result.stdout

    assert "1 ảnh từ nay không còn nơi nào nêu tên" in run(0)
    assert "Chạy thử" in run(181, "--dry-run")
    session.rollback()
    assert session.scalars(select(Photo.sha256)).all() == [photo.sha256]
    assert json.loads(run(181, "--json")) == {
        "dry_run": False, "examined": 1, "marked": 0, "renamed": 0, "due": 1, "recorded": 0,
        "awaited": 0, "forgotten": 1, "finished": 1, "freed_bytes": len(photo.content),
    }  # fmt: skip
    session.rollback()
    assert session.scalars(select(Photo.sha256)).all() == []
    logged = session.scalars(select(AuditEntry.action)).all()
    assert logged.count("photos.collected") == 1
