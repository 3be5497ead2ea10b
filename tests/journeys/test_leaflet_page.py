"""A reader's old phone: no script, 320 points wide, light and dark; and the call it asks for."""

from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from server.app import create_app
from server.database import db
from server.settings import from_environment
from tests.factories.scans import BLOCKS, make_run
from tests.journeys.browsers import PHONE
from tests.support.serving import Server

pytestmark = pytest.mark.journey

NARROW = {**PHONE, "viewport": {"width": 320, "height": 640}, "java_script_enabled": False}
CONTENTS = {
    "vi": {"blocks": [BLOCKS[0], {"type": "figures", "table": "voluntary_si"}, *BLOCKS[1:]]},
    "tyz": {"blocks": [{"type": "paragraph", "text": "Cần slướng hâử."}]},
}
OFFICE = {"username": "van.phong", "password": "mat-khau-thu-nghiem"}


@pytest.fixture(scope="module")
def code(server: Server) -> str:
    app = create_app(from_environment(server.environment))
    with app.app_context():
        found = make_run(db.session(), datetime.now(UTC), contents=CONTENTS).code
        db.session.remove()
        db.engine.dispose()
    return found


def narrow_phone(browser: Browser, scheme: Literal["light", "dark"]) -> tuple[Page, list[str]]:
    """A page without script, and what it asks for beside itself."""
    page = browser.new_context(**NARROW, color_scheme=scheme).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    return page, asked


def call_backs(server: Server) -> list[dict[str, Any]]:
    """What the commune's office sees."""
    server.add_account("office_reviewer", "c-00004-2025", "Hoàng Thị Bích", **OFFICE)
    headers = {"Content-Type": "application/json"}
    asking = urllib.request.Request(
        f"{server.url}/api/v1/session", json.dumps(OFFICE).encode(), headers
    )
    with urllib.request.urlopen(asking, timeout=10) as answer:
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
    listing = urllib.request.Request(f"{server.url}/api/v1/call-backs", headers={"Cookie": cookie})
    with urllib.request.urlopen(listing, timeout=10) as answer:
        found: list[dict[str, Any]] = json.load(answer)["items"]
    return found


def test_reading_and_asking_for_a_call_without_script(
    server: Server, code: str, desk_browser: Browser, pictures: Path
) -> None:
    page, asked = narrow_phone(desk_browser, "light")
    page.goto(f"{server.url}/Q/{code}")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Những điều cần biết về BHXH tự nguyện"
    )
    expect(page.get_by_role("link", name="Gọi tổng đài")).to_have_attribute("href", "tel:19009068")
    expect(page.get_by_role("row", name="Hộ nghèo")).to_contain_text("165.000")
    assert asked == [f"{server.url}/Q/{code}"], "one trip, and nothing beside it"
    page.screenshot(path=pictures / "leaflet-320.png", full_page=True)
    page.get_by_text("Gọi lại cho tôi", exact=True).click()
    page.get_by_label("Họ tên").fill("Lò Thị Mẩy")
    page.get_by_label("Số điện thoại").fill("+84 912 345 678")
    expect(page.get_by_role("checkbox")).not_to_be_checked()
    page.get_by_role("checkbox").check()
    page.screenshot(path=pictures / "leaflet-320-form.png", full_page=True)
    page.get_by_role("button", name="Gửi yêu cầu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã nhận yêu cầu")
    (item,) = call_backs(server)
    assert (item["name"], item["phone"]) == ("Lò T. M.", "09•• ••• •78")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("where", ["/q/{}", "/q/{}?lang=tyz", "/q/ABCDEFGH0", "/q"])
def test_every_page_fits_a_narrow_phone_and_its_contrast_is_kept(
    server: Server, code: str, desk_browser: Browser, scheme: Literal["light", "dark"], where: str
) -> None:
    page, _ = narrow_phone(desk_browser, scheme)
    page.goto(server.url + where.format(code))
    body = page.locator("body").bounding_box()
    assert body is not None
    assert body["width"] <= 320
    for link in page.get_by_role("link").all():
        box = link.bounding_box()
        assert box is not None
        assert box["height"] >= 40
    assert contrast(page, "p") >= 4.5
    assert contrast(page, ".call") >= 4.5


def contrast(page: Page, selector: str) -> float:
    """WCAG's ratio of the first such element's words to what lies behind them."""
    found = page.locator(selector).first.evaluate(
        """element => {
            let ground = 'rgba(0, 0, 0, 0)', at = element;
            while (at && ground === 'rgba(0, 0, 0, 0)') {
                ground = getComputedStyle(at).backgroundColor; at = at.parentElement;
            }
            return [getComputedStyle(element).color, ground];
        }"""
    )
    lighter, darker = sorted(map(_luminance, found), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
