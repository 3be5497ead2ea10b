"""Every screen of the field app and the console, light and dark, before axe-core: nothing serious.

Not here: what no machine can judge (order of reading, words).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys import accessibility, make_pictures
from tests.support.serving import Server

FIELD = {
    "home": "",
    "kinds": "ghi",
    "activities": "hoat-dong",
    "outbox": "hop-gui",
    "courier": "gui-ho",
    "notices": "tin",
    "settings": "tai-khoan",
    "hand-out": "phat-to",
    "enrolment": "noi-may",
}
CONSOLE = ("duyet", "phu-luc", "to-qr", "hoat-dong")
QUEUES = ("Xung đột", "Gác lại", "Nghi trùng")

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, dict[str, str]]]:
    """The demo's weeks, with something to decide about."""
    server = Server(tmp_path_factory.mktemp("furnished"))
    server.loa("init")
    server.loa("demo")
    with server.running("--workers", "1"):
        yield server, make_pictures.disputes(server)


def serious(page: Page, where: str) -> list[str]:
    """What is wrong with the screen as it stands: the rule and the first element."""
    page.wait_for_load_state("networkidle")
    return [f"{where}: {fault}" for fault in accessibility.faults(page, accessibility.SERIOUS)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_field_app(
    desk_browser: Browser, furnished: tuple[Server, dict[str, str]], scheme: str
) -> None:
    server, disputed = furnished
    page = make_pictures.enrolled(desk_browser, server, scheme, 360)
    # as tall as its content: what lies below the bar for the moment is only to be scrolled to
    page.set_viewport_size({"width": 360, "height": 3000})
    wrong: list[str] = []
    for name, path in FIELD.items():
        page.goto(f"{server.url}/#/{path}")
        expect(page.get_by_role("heading").first).to_be_visible()
        wrong += serious(page, name)
    for name, activity in disputed.items():
        page.goto(f"{server.url}/#/hoat-dong/{activity}")
        page.get_by_role("heading", name=re.compile("Hai bản|Bản sửa")).wait_for()
        wrong += serious(page, name)
    page.goto(f"{server.url}/#/")
    page.get_by_role("button", name=re.compile("Như lần trước")).click()
    page.get_by_label("Ngày phát").wait_for()
    wrong += serious(page, "form")
    page.context.close()
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_console(
    desk_browser: Browser, furnished: tuple[Server, dict[str, str]], scheme: str
) -> None:
    server, _ = furnished
    page = make_pictures.signed_in(desk_browser, server, scheme)
    wrong: list[str] = []
    for path in CONSOLE:
        page.goto(f"{server.url}/console#/{path}")
        expect(page.get_by_role("main")).to_be_visible()
        wrong += serious(page, path)
    page.goto(f"{server.url}/console#/duyet")
    for queue in QUEUES:
        page.get_by_role("link", name=re.compile(f"^{queue}")).click()
        wrong += serious(page, queue)
    page.context.close()
    page = make_pictures.signed_in(desk_browser, server, scheme, "quantri.20")
    page.goto(f"{server.url}/console#/may")
    page.get_by_role("heading", name="Máy của cộng tác viên").wait_for()
    wrong += serious(page, "may")
    page.context.close()
    assert not wrong, "\n".join(wrong)
