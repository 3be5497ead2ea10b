"""Small things first, by the choice of who pays for the line: words and previews go over the mobile
network, photos wait for Wi-Fi; the province sees previews as what they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.phone import Phone
from tests.journeys.steps import fill_broadcast, sign_in
from tests.support.serving import Server

WAIT_MS = 30_000
SIGN_IN = {"username": "xem.truoc", "password": "mat-khau-thu-nghiem"}
#: A phone that tells Wi-Fi from a mobile network, as Chrome on Android does.
LINE = """(() => {
    const line = new EventTarget()
    line.type = "cellular"
    Object.defineProperty(navigator, "connection", { value: line })
    window.comeInto = (type) => {
        line.type = type
        line.dispatchEvent(new Event("change"))
    }
})()"""

pytestmark = pytest.mark.journey


def shown(page: Page, folder: Path, name: str) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.screenshot(path=folder / f"{name}-{scheme}.png")
    page.emulate_media(color_scheme="light")


def width_shown(page: Page) -> int:
    """Of the picture on the stage, in its own pixels."""
    return int(page.locator(".stage img").evaluate("img => img.naturalWidth"))


def test_photos_wait_for_wifi_and_the_province_sees_previews(
    phone: Phone, server: Server, desk_browser: Browser, tmp_path: Path, pictures: Path
) -> None:
    reporter = server.add_account("collaborator", "c-00004-2025", "Sùng Thị Tiết Kiệm")
    server.add_account("provincial_reviewer", "p-01-2025", "Đỗ Văn Xem", **SIGN_IN)
    page = phone.open()
    page.add_init_script(LINE)
    page.goto(reporter["enrolment_url"])
    expect(page.get_by_role("button", name="Phát thanh", exact=True)).to_be_enabled(timeout=WAIT_MS)

    page.goto(f"{server.url}/#/tai-khoan")
    page.get_by_role("button", name="Chỉ khi có Wi-Fi").click()
    expect(page.get_by_text("ảnh tự gửi khi máy vào Wi-Fi")).to_be_visible()
    shown(page, pictures, "photos-wifi-settings")

    page.goto(f"{server.url}/#/")
    page.get_by_role("button", name="Phát thanh", exact=True).click()
    fill_broadcast(page, tmp_path)
    page.get_by_role("button", name="Gửi", exact=True).click()
    page.goto(f"{server.url}/#/hop-gui")
    expect(page.get_by_text("Tỉnh đã có bản ghi và bản xem trước; 2 ảnh chờ Wi-Fi")).to_be_visible(
        timeout=WAIT_MS
    )
    expect(page.get_by_text(re.compile(r"^2 ảnh \(.+\) chờ Wi-Fi"))).to_be_visible()
    expect(page.get_by_role("button", name="Gửi ảnh ngay bây giờ")).to_be_enabled()
    shown(page, pictures, "photos-wifi-outbox")

    desk = sign_in(desk_browser, server, SIGN_IN)
    desk.get_by_role("link", name=re.compile("^Chờ duyệt")).first.click()
    desk.get_by_text("Sùng Thị Tiết Kiệm").first.click()
    expect(desk.get_by_text("Bản xem trước do máy người báo gửi")).to_be_visible(timeout=WAIT_MS)
    expect(desk.get_by_text("0/2 ảnh đã nhận").first).to_be_visible()
    assert width_shown(desk) == 320
    shown(desk, pictures, "photos-wifi-review")

    page.evaluate("comeInto('wifi')")
    expect(page.get_by_text("Không có gì chờ gửi")).to_be_visible(timeout=WAIT_MS)
    desk.reload()
    desk.get_by_text("Sùng Thị Tiết Kiệm").first.click()
    expect(desk.get_by_text("2/2 ảnh đã nhận").first).to_be_visible(timeout=WAIT_MS)
    expect(desk.get_by_text("Bản xem trước")).to_have_count(0)
    assert width_shown(desk) > 320


def test_a_browser_that_does_not_tell_the_line_leaves_it_to_a_tap(
    phone: Phone, server: Server, tmp_path: Path
) -> None:
    reporter = server.add_account("collaborator", "c-00004-2025", "Lầu Văn Tự Bấm")
    page = phone.open()
    page.add_init_script("Object.defineProperty(navigator, 'connection', { value: undefined })")
    page.goto(reporter["enrolment_url"])
    expect(page.get_by_role("button", name="Phát thanh", exact=True)).to_be_enabled(timeout=WAIT_MS)
    page.goto(f"{server.url}/#/tai-khoan")
    page.get_by_role("button", name="Chỉ khi có Wi-Fi").click()
    expect(page.get_by_text("Trình duyệt này không cho biết")).to_be_visible()
    page.goto(f"{server.url}/#/")
    page.get_by_role("button", name="Phát thanh", exact=True).click()
    fill_broadcast(page, tmp_path, 5)
    page.get_by_role("button", name="Gửi", exact=True).click()
    page.goto(f"{server.url}/#/hop-gui")
    page.get_by_role("button", name="Gửi ảnh ngay bây giờ").click(timeout=WAIT_MS)
    expect(page.get_by_text("Không có gì chờ gửi")).to_be_visible(timeout=WAIT_MS)
