"""`loa places`: find, change, move."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

from server import clock
from server.cli.places import places
from tests.factories.accounts import make_account
from tests.factories.activities import make_activity
from tests.factories.acts import MERGER


def test_look_alikes_are_both_listed(app: Flask) -> None:
    result = CliRunner().invoke(places, ["find", "cam giang, hai phong"], obj=app)
    assert result.exit_code == 0, result.output
    assert "Xã Cẩm Giang, Thành phố Hải Phòng" in result.output
    assert "Xã Cẩm Giàng, Thành phố Hải Phòng" in result.output


def test_a_name_of_before_is_shown_with_what_it_became(app: Flask) -> None:
    result = CliRunner().invoke(places, ["find", "truc bach", "--json"], obj=app)
    (found,) = json.loads(result.output)["items"]
    assert found["id"] == "c-00004-old"
    assert "Phường Ba Đình" in {each["full_name"] for each in found["successors"]}


def test_a_day_and_nothing(app: Flask) -> None:
    then = CliRunner().invoke(
        places, ["find", "ba dinh", "--level", "district", "--day", "2025-06-30"], obj=app
    )
    assert "Quận Ba Đình, Thành phố Hà Nội" in then.output
    nothing = CliRunner().invoke(places, ["find", "xyzzy"], obj=app)
    assert nothing.exit_code == 0
    assert "Không tìm thấy" in nothing.output


def test_an_act_is_shown_then_carried_out(
    app: Flask, session: Session, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)
    file = tmp_path / "act.yaml"
    file.write_text(MERGER, encoding="utf-8")
    author = make_account(session, now, unit_id="c-00008-2025")
    make_activity(session, now, author, scope="commune:c-00008-2025")

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(places, list(arguments), obj=app)
        assert done.exit_code == 0, done.output
        return done.output

    shown = run("change", str(file), "--dry-run")
    assert "commune:c-00008-2025 → commune:c-00004-2025: 1 hoạt động" in shown
    assert "đơn vị mới c-00004-2026 Phường Ba Đình" in shown
    told = json.loads(run("change", str(file), "--json"))
    assert (told["recorded"], told["carried_out"], told["accounts"], told["moved"]) == (
        True, 1, 1, 1,
    )  # fmt: skip
    session.expire_all()
    assert author.unit_ids == ("c-00004-2025",)
    assert "đã được ghi" in run("change", str(file))
    assert "Đã chuyển 0 hoạt động." in run("move")


def test_an_act_of_a_later_day_waits(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "act.yaml"
    file.write_text(MERGER.replace("2026-11-20", "2999-01-01"), encoding="utf-8")
    done = CliRunner().invoke(places, ["change", str(file)], obj=app)
    assert "Chưa chuyển gì" in done.output
    file.write_text("changes: []", encoding="utf-8")
    refused = CliRunner().invoke(places, ["change", str(file)], obj=app)
    assert refused.exit_code == 1
    assert "'date' is missing" in refused.output
