"""`loa init`: from nothing to a working database, and safe to repeat."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli.main import main


def test_init_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOA_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("LOA_DATABASE_URL", raising=False)
    for _ in range(2):
        result = CliRunner().invoke(main, ["init"])
        assert result.exit_code == 0, result.output
        assert "sẵn sàng" in result.output
    connection = sqlite3.connect(tmp_path / "loa.sqlite3")
    (communes,) = connection.execute(
        "SELECT count(*) FROM unit_version WHERE level = 'commune' AND valid_to IS NULL"
    ).fetchone()
    (lives,) = connection.execute("SELECT count(*) FROM database_life").fetchone()
    connection.close()
    assert communes == 3321
    assert lives == 1
