"""`loa plans`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import yaml
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

from server.cli.plans import plans
from server.plans.operations import FIRST_ANNEX
from tests.factories.measures import Field
from tests.factories.plans import PLAN_2025, load_plans, small_annex


def test_import_twice(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "annex.yaml"
    file.write_text(yaml.safe_dump(small_annex(), allow_unicode=True), encoding="utf-8")
    for _ in range(2):
        result = CliRunner().invoke(plans, ["import", str(file), "--json"], obj=app)
        assert json.loads(result.output) == {
            "plan": "tinh-thu-2026", "version": 1, "rows": 1, "targets": 1,
        }  # fmt: skip
    told = CliRunner().invoke(plans, ["import", str(FIRST_ANNEX)], obj=app)
    assert told.output.startswith(f"{PLAN_2025}: 21 dòng, 7 chỉ tiêu")


def test_mistakes_are_told_row_by_row(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "annex.yaml"
    document = small_annex(name=None, section="V")
    file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    result = CliRunner().invoke(plans, ["import", str(file)], obj=app)
    assert result.exit_code == 1
    assert "Dòng I.4: Mục lớn này không có." in result.output
    assert "Dòng I.4: Thiếu tên hình thức truyền thông." in result.output
    file.write_bytes(b"\xff\xfe")
    assert CliRunner().invoke(plans, ["import", str(file)], obj=app).exit_code == 1


def test_progress(app: Flask, session: Session, now: datetime) -> None:
    plan = load_plans(session, now)
    Field(session, now).record("2026-11-18")
    result = CliRunner().invoke(
        plans, ["progress", "--plan", plan, "--unit", "c-00004-2025", "--json"], obj=app
    )
    rows = json.loads(result.output)["rows"]
    assert next(row["approved"] for row in rows if row["code"] == "I.4") == 1
    shown = CliRunner().invoke(plans, ["progress", "--plan", plan, "--period", "2026-Q4"], obj=app)
    assert shown.output.startswith("Cả nước, kỳ 2026-Q4")
    listed = CliRunner().invoke(plans, ["list"], obj=app)
    assert listed.output.splitlines()[0].startswith(plan)
    assert CliRunner().invoke(plans, ["list", "--json"], obj=app).exit_code == 0
