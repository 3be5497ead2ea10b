"""`loa check` says what is sound, and fails when something is not."""

from __future__ import annotations

import json

from click.testing import CliRunner
from flask import Flask
from sqlalchemy import text

from server.cli.check import LABELS, check
from server.http.transaction import writing


def test_check_names_what_is_wrong(app: Flask) -> None:
    run = CliRunner().invoke
    sound = run(check, ["--json"], obj=app)
    assert sound.exit_code == 0
    found = json.loads(sound.stdout)
    assert found["sound"]
    assert {each["name"] for each in found["checks"]} | {"copied"} == set(LABELS)
    with writing() as session:
        session.execute(text("UPDATE feed_scope SET digest = '00000000000000ff'"))
    broken = run(check, [], obj=app)
    assert broken.exit_code == 1
    assert "chỗ hỏng" in broken.stdout
    assert "reference: digest" in broken.stdout
