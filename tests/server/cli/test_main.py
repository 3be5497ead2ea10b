"""What an operator sees who starts at the wrong end."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli.main import NO_TABLES, main


def test_an_empty_database_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOA_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("LOA_DATABASE_URL", raising=False)
    result = CliRunner().invoke(main, ["places", "find", "Ba Đình"])
    assert result.exit_code == 1
    assert NO_TABLES in result.output


def test_every_command_of_the_contract_is_there() -> None:
    assert {"serve", "init", "demo", "accounts", "devices", "plans", "places", "openapi"} <= set(
        main.commands
    )
