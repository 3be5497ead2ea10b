"""`loa demo`: made once, and each time a fresh link that enrols a phone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.app import create_app
from server.cli.main import main
from server.settings import from_environment


@pytest.fixture
def folder(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOA_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LOA_DATABASE_URL", database_url)
    monkeypatch.setenv("LOA_SECRET_KEY", "d" * 48)
    return tmp_path


def run() -> tuple[str, str]:
    result = CliRunner().invoke(main, ["demo", "--province", "20", "--activities", "9"])
    assert result.exit_code == 0, result.output
    link = re.search(r"#noi-may=(\S+)", result.output)
    assert link
    return result.output, link.group(1)


def test_demo_is_made_once_and_lets_one_in(folder: Path) -> None:
    first, used = run()
    second, code = run()
    assert "Đang dựng dữ liệu mẫu" in first
    assert "Đang dựng dữ liệu mẫu" not in second
    assert used != code

    client = create_app(from_environment()).test_client()
    old = client.post("/api/v1/devices", json={"enrolment_code": used, "name": "Máy cũ"})
    assert old.status_code == 410, "a new link ends the one before"
    phone = client.post("/api/v1/devices", json={"enrolment_code": code, "name": "Máy thử"})
    assert phone.status_code == 201

    details = json.loads((folder / "demo-20.json").read_text(encoding="utf-8"))
    assert (folder / "demo-20.json").stat().st_mode & 0o077 == 0
    for username, password in details["sign_in"].items():
        assert username in second
        answer = client.post("/api/v1/session", json={"username": username, "password": password})
        assert answer.status_code == 200
    listed = client.get("/api/v1/activities").json
    assert listed is not None
    assert len(listed["items"]) == 9
    assert all(photo["verified"] for item in listed["items"] for photo in item["evidence"])


def test_an_unknown_province_is_told(folder: Path) -> None:
    result = CliRunner().invoke(main, ["demo", "--province", "99"])
    assert result.exit_code == 1
    assert "Không có tỉnh nào mang mã 99" in result.output
