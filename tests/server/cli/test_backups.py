"""`loa backup` and `loa restore`, as an operator uses them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli.main import main

Loa = Callable[..., Result]


@pytest.fixture
def loa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loa:
    def run(place: str, *arguments: str) -> Result:
        monkeypatch.setenv("LOA_DATA_DIR", str(tmp_path / place))
        monkeypatch.delenv("LOA_DATABASE_URL", raising=False)
        return CliRunner().invoke(main, list(arguments))

    return run


def test_backup_then_restore_elsewhere_then_in_place(loa: Loa, tmp_path: Path) -> None:
    folder = str(tmp_path / "backups")
    assert loa("first", "init").exit_code == 0
    taken = loa("first", "backup", folder, "--keep", "3", "--json")
    told = json.loads(taken.stdout)
    assert (taken.exit_code, told["sound"], told["photos"]) == (0, True, 0)
    assert told["rows"]["unit_version"] > 3321
    assert told["durable_through"]

    restored = loa("second", "restore", folder)
    assert restored.exit_code == 0, restored.output
    assert "Đã khôi phục" in restored.output
    assert loa("second", "check").exit_code == 0

    refused = loa("first", "restore", folder)
    assert refused.exit_code == 1
    assert "--replace" in refused.output
    replaced = loa("first", "restore", folder, "--replace", "--at", told["backup"])
    assert replaced.exit_code == 0, replaced.output
    assert "được cất ở" in replaced.output
    assert list((tmp_path / "first").glob("loa.sqlite3.2*"))
    assert loa("first", "check", "--quick").exit_code == 0


def test_an_unknown_backup_is_refused_with_the_known_ones(loa: Loa, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    refused = loa("first", "restore", str(tmp_path / "backups"), "--at", "2026")
    assert refused.exit_code == 1
    assert "chưa được kiểm chứng" in refused.output
