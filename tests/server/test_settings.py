"""What an operator sets, and what is made when nothing is set."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.settings import from_environment


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    settings = from_environment({"LOA_DATA_DIR": str(tmp_path / "new")})
    assert settings.data_dir.is_dir()
    assert settings.database_url == f"sqlite:///{tmp_path}/new/loa.sqlite3"
    assert settings.files_url == f"{tmp_path}/new/files"
    assert settings.public_url == "http://localhost:8000"
    assert not settings.is_https


def test_the_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    first = from_environment({"LOA_DATA_DIR": str(tmp_path)})
    second = from_environment({"LOA_DATA_DIR": str(tmp_path)})
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("where", ["LOA_SECRET_KEY", "LOA_SECRET_KEY_FILE"])
def test_a_key_of_ones_own(where: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("k" * 40 + "\n", encoding="utf-8")
    value = "k" * 40 if where == "LOA_SECRET_KEY" else str(file)
    settings = from_environment({"LOA_DATA_DIR": str(tmp_path), where: value})
    assert settings.secret_key == "k" * 40


def test_https_is_told_by_the_public_address(tmp_path: Path) -> None:
    environment = {"LOA_DATA_DIR": str(tmp_path), "LOA_PUBLIC_URL": "https://loa.example.vn/"}
    settings = from_environment(environment)
    assert settings.is_https
    assert settings.public_url == "https://loa.example.vn"
