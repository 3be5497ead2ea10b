"""`loa demo`: made once, and each time a fresh link that enrols a phone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from server import clock
from server.app import create_app
from server.cli.main import main
from server.database import db
from server.settings import from_environment


@pytest.fixture
def folder(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOA_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LOA_DATABASE_URL", database_url)
    monkeypatch.setenv("LOA_SECRET_KEY", "d" * 48)
    return tmp_path


@pytest.fixture
def client(folder: Path) -> Iterator[FlaskClient]:
    app = create_app(from_environment())
    yield app.test_client()
    with app.app_context():
        db.engine.dispose()


def run() -> tuple[str, str]:
    result = CliRunner().invoke(main, ["demo", "--province", "20", "--activities", "9"])
    assert result.exit_code == 0, result.output
    link = re.search(r"#noi-may=(\S+)", result.output)
    assert link
    return result.output, link.group(1)


def heard(client: FlaskClient, address: str) -> list[dict[str, Any]]:
    answer = client.get(address)
    assert answer.status_code == 200
    return list(answer.get_json()["items"])


def test_demo_is_made_once_and_lets_one_in(folder: Path, client: FlaskClient) -> None:
    first, used = run()
    second, code = run()
    assert "Đang dựng dữ liệu mẫu" in first
    assert "Đang dựng dữ liệu mẫu" not in second
    assert used != code

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
    listed = heard(client, "/api/v1/activities?limit=200")
    handouts = [item for item in listed if item["kind"] == "leaflet_handout"]
    assert len(listed) - len(handouts) == 9
    assert all(photo["verified"] for item in listed for photo in item["evidence"])


def test_copies_and_readers_are_in_proportion(folder: Path, client: FlaskClient) -> None:
    run()
    details = json.loads((folder / "demo-20.json").read_text(encoding="utf-8"))
    client.post("/api/v1/session", json={
        "username": "kehoach.20", "password": details["sign_in"]["kehoach.20"],
    })  # fmt: skip
    runs = heard(client, "/api/v1/print-runs")
    codes = ",".join(one["code"] for one in runs)
    first = clock.today_in_vietnam(clock.now()) - timedelta(days=200)
    figures = heard(client, f"/api/v1/print-runs/statistics?codes={codes}&from={first}")
    assert len(figures) == len(runs)
    assert all(0 < one["handed_out"] <= one["copies"] for one in figures)
    shares = [one["scans"] / one["handed_out"] for one in figures]
    assert 0.04 < sum(shares) / len(shares) < 0.15
    assert max(shares) < 0.25


def test_an_unknown_province_is_told(folder: Path) -> None:
    result = CliRunner().invoke(main, ["demo", "--province", "99"])
    assert result.exit_code == 1
    assert "Không có tỉnh nào mang mã 99" in result.output
