"""`loa leaflets`: what there is, and runs from a list."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

from server import clock
from server.cli.leaflets import leaflets
from server.leaflets import workbook
from tests.factories.leaflets import make_version

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 31)


def run(app: Flask, now: datetime, *arguments: str, code: int = 0) -> str:
    with clock.frozen(now):
        result = CliRunner().invoke(leaflets, list(arguments), obj=app)
    assert result.exit_code == code, result.output
    return result.output


def test_a_list_is_tried_then_made(
    app: Flask, session: Session, now: datetime, tmp_path: Path
) -> None:
    version = make_version(session, now)
    file = tmp_path / "lan-in.xlsx"
    communes = [("Phường Ba Đình", "00004"), ("Ngọc Hà", "00008")]
    file.write_bytes(workbook.template(communes, FIRST, LAST))
    asked = ("import", str(file), "--version", version.id, "--province", "01")
    assert "2 lần in có thể lập" in run(app, now, *asked, "--dry-run")
    assert json.loads(run(app, now, "runs", "--json"))["items"] == []
    made = json.loads(run(app, now, *asked, "--json"))
    listed = json.loads(run(app, now, "runs", "--json"))["items"]
    assert {item["code"] for item in listed} == set(made["codes"])
    assert "Phường Ba Đình" in run(app, now, "runs", "--leaflet", version.leaflet_id)


def test_mistakes_are_told_by_row(
    app: Flask, session: Session, now: datetime, tmp_path: Path
) -> None:
    version = make_version(session, now)
    file = tmp_path / "lan-in.xlsx"
    file.write_bytes(workbook.template([("Cam Giang", "")], FIRST, LAST))
    told = run(app, now, "import", str(file), "--version", version.id, "--province", "31", code=1)
    assert "dòng 2: «Cam Giang» có thể là nhiều xã" in told
    assert "Xã Cẩm Giàng" in told


def test_outdated_versions_are_marked(app: Flask, session: Session, now: datetime) -> None:
    make_version(session, now, law_date=date(2025, 7, 1))
    assert "▲ quy định đã thay đổi" in run(app, now, "list")
    assert json.loads(run(app, now, "list", "--json"))["items"][0]["versions"][0]["outdated"]
    assert run(app, now, "refresh") == ""
