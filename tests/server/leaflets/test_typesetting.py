"""Typst runs beside us: what it refuses or never ends is told, and it leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from server.leaflets import typesetting
from server.leaflets.typesetting import TypesettingError, typeset

#: What Typst itself would work on for hours.
ENDLESS = (
    "#let n = 0\n#for a in range(100000) { for b in range(100000) { n = calc.rem(n + a, 7) } }"
)
NOTHING = '{"form": "none", "name": "Không"}'


def test_data_that_make_no_sheet_are_told_of() -> None:
    with capture_logs() as logs, pytest.raises(TypesettingError, match="failed"):
        typeset("no json")
    (line,) = logs
    assert line["event"] == "typesetting_failed"
    assert "failed to parse JSON" in line["told"], "what Typst said of it"


def test_what_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "endless.typ").write_text(ENDLESS)
    monkeypatch.setattr(typesetting, "TEMPLATE", tmp_path / "endless.typ")
    monkeypatch.setattr(typesetting, "TIMEOUT_S", 1)
    with capture_logs() as logs, pytest.raises(TypesettingError, match="too slow"):
        typeset(NOTHING)
    assert [line["event"] for line in logs] == ["typesetting_too_slow"]
    monkeypatch.undo()
    assert typeset(NOTHING).startswith(b"%PDF-"), "its place is free again"


def test_whoever_finds_no_place_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "TIMEOUT_S", 0.01)
    for _ in range(typesetting.AT_ONCE):
        typesetting._places.acquire()
    try:
        with pytest.raises(TypesettingError, match="busy"):
            typeset(NOTHING)
    finally:
        for _ in range(typesetting.AT_ONCE):
            typesetting._places.release()


def test_no_form_is_an_empty_page() -> None:
    assert typeset(NOTHING).startswith(b"%PDF-")
