"""A real server, a real browser: what journeys stand on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

from tests.journeys.browsers import ARGUMENTS, CHROMIUM
from tests.journeys.phone import Phone
from tests.support.serving import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("journey")).running("--workers", "1") as running:
        yield running


@pytest.fixture
def desk_browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def phone(playwright: Playwright, tmp_path: Path) -> Iterator[Phone]:
    """A phone with a profile of its own; no page of it may fail."""
    made = Phone(playwright, tmp_path / "may")
    yield made
    made.close()
    assert made.errors == []


@pytest.fixture
def pictures() -> Path:
    """Where screenshots of the journey are kept: build/pictures, not tracked."""
    folder = Path(__file__).parents[2] / "build" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
