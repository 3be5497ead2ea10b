"""The built PWA's files, as browsers ask for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.http import pages


@pytest.fixture(autouse=True)
def dist(small: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "assets").mkdir()
    for name in ("index.html", "console.html", "sw.js", "assets/a-1f.js"):
        (tmp_path / name).write_text(name)
    (tmp_path / "assets/a-1f.js.br").write_text("packed")
    monkeypatch.setattr(pages, "DIST", tmp_path)
    pages.install(small)


@pytest.mark.parametrize(
    ("path", "text"), [("/", "index.html"), ("/console", "console.html"), ("/sw.js", "sw.js")]
)
def test_entries_are_asked_for_again_each_time(browser: FlaskClient, path: str, text: str) -> None:
    answer = browser.get(path, buffered=True)
    assert answer.text == text
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in answer.headers


def test_hashed_files_never_change(browser: FlaskClient) -> None:
    answer = browser.get("/assets/a-1f.js", buffered=True)
    assert answer.text == "assets/a-1f.js"
    assert answer.mimetype == "text/javascript"
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(("accept", "text"), [("br", "packed"), ("br;q=0", "assets/a-1f.js")])
def test_packed_file_goes_to_those_who_can_unpack(
    browser: FlaskClient, accept: str, text: str
) -> None:
    answer = browser.get("/assets/a-1f.js", headers={"Accept-Encoding": accept}, buffered=True)
    assert answer.text == text
    assert answer.mimetype == "text/javascript"


@pytest.mark.parametrize("path", ["/assets/none.js", "/assets/a-1f.js.br", "/assets/../sw.py"])
def test_what_is_not_built_is_not_there(browser: FlaskClient, path: str) -> None:
    assert browser.get(path, buffered=True).status_code == 404
