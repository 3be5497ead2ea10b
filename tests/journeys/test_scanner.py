"""The scanner on a phone: without network or camera, from a photo, by hand, in the dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from server import short_codes
from tests.journeys import camera
from tests.journeys.browsers import ARGUMENTS, CHROMIUM, PHONE
from tests.support.serving import Server

CODE = short_codes.new_code(b"\x01\x02\x03\x04\x05")
ADDRESS = f"HTTPS://LOA.VN/Q/{CODE}"
COMMUNE = "c-00008-2025"


@pytest.fixture(scope="module")
def seeing(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser whose camera sees a leaflet's code."""
    seen = camera.film(tmp_path_factory.mktemp("film"), camera.code_picture(ADDRESS))
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=[*ARGUMENTS, *camera.arguments(seen)]
    )
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def blind(playwright: Playwright) -> Iterator[Browser]:
    """A browser on a machine without a camera."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


def enrolled(server: Server, context: BrowserContext, name: str) -> Page:
    account = server.add_account("collaborator", COMMUNE, name)
    page = context.new_page()
    page.goto(account["enrolment_url"])
    ready = page.get_by_role("button", name="Phát thanh", exact=True)
    expect(ready).to_be_enabled(timeout=30_000)
    return page


def test_a_code_is_read_without_a_network(server: Server, seeing: Browser) -> None:
    """The reader came by itself after the first screen; an unknown run is recorded with a note."""
    context = seeing.new_context(**PHONE, permissions=["camera"])
    page = enrolled(server, context, "Hà Thị Ngoại Tuyến")
    page.evaluate(camera.READER_KEPT)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    context.set_offline(True)
    page.reload()
    page.get_by_role("link", name="Quét mã tờ rơi").click()
    expect(page.get_by_text(short_codes.show(CODE))).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Máy chưa có lần in này")).to_be_visible()
    page.get_by_role("button", name="Ghi phát tờ rơi").click()
    expect(page.get_by_label("Mã in trên tờ")).to_have_value(short_codes.show(CODE))
    page.get_by_text("Thông tin thêm").click()
    expect(page.get_by_label("Ghi chú")).to_have_value(
        f"Mã {short_codes.show(CODE)} chưa có trên máy khi ghi."
    )
    context.close()


def test_without_a_camera_the_code_is_typed_and_slips_are_caught(
    server: Server, blind: Browser
) -> None:
    context = blind.new_context(**PHONE)
    page = enrolled(server, context, "Ma Văn Gõ")
    page.get_by_role("link", name="Quét mã tờ rơi").click()
    expect(page.get_by_role("alert")).to_contain_text("gõ mã", timeout=20_000)
    field = page.get_by_label("Hoặc gõ mã in cạnh mã QR")
    swapped = CODE[1] + CODE[0] + CODE[2:]
    field.fill(swapped.lower())
    expect(page.get_by_text("Có ký tự sai hoặc đổi chỗ")).to_be_visible()
    page.get_by_role("button", name="Dùng mã này").click()
    expect(field).to_be_focused()
    field.fill(CODE[:5])
    page.get_by_role("button", name="Dùng mã này").click()
    expect(page.get_by_text("anh/chị mới gõ 5")).to_be_visible()
    field.fill(f" {CODE[:3].lower()} {CODE[3:6]}-{CODE[6:]}".replace("0", "o"))
    page.get_by_role("button", name="Dùng mã này").click()
    expect(page.get_by_role("button", name="Ghi phát tờ rơi")).to_be_visible()
    context.close()


def test_a_code_is_read_from_a_photo(server: Server, blind: Browser, tmp_path: Path) -> None:
    context = blind.new_context(**PHONE)
    page = enrolled(server, context, "Chu Thị Ảnh")
    page.get_by_role("link", name="Quét mã tờ rơi").click()
    plain, photo = tmp_path / "plain.jpg", tmp_path / "code.jpg"
    camera.scene(camera.code_picture(ADDRESS).resize((20, 20)), 5, (0, 0)).save(plain)
    camera.scene(camera.code_picture(ADDRESS), -14, (30, 10)).save(photo)
    page.get_by_label("Chọn ảnh có mã").set_input_files(plain)
    expect(page.get_by_text("Chưa thấy mã QR trong ảnh")).to_be_visible(timeout=20_000)
    page.get_by_label("Chọn ảnh có mã").set_input_files(photo)
    expect(page.get_by_text(short_codes.show(CODE))).to_be_visible(timeout=20_000)
    context.close()


def test_a_camera_that_may_not_be_used_is_explained(server: Server, playwright: Playwright) -> None:
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=[*ARGUMENTS, "--use-fake-device-for-media-stream"]
    )
    page = enrolled(server, browser.new_context(**PHONE, permissions=[]), "Lò Văn Cấm")
    page.get_by_role("link", name="Quét mã tờ rơi").click()
    expect(page.get_by_role("alert")).to_contain_text("chưa được dùng máy ảnh", timeout=20_000)
    browser.close()


#: A camera with a lamp, which the browser under test has not; what is asked of it is written down.
LAMP = """
globalThis.lamp = [];
const { getCapabilities, stop } = MediaStreamTrack.prototype;
MediaStreamTrack.prototype.getCapabilities = function () {
  return { ...getCapabilities.call(this), torch: true };
};
MediaStreamTrack.prototype.applyConstraints = async ({ advanced }) => {
  globalThis.lamp.push(advanced[0].torch);
};
MediaStreamTrack.prototype.stop = function () {
  globalThis.lamp.push("stop");
  stop.call(this);
};
"""


def test_the_lamp_is_lit_by_a_tap_and_goes_off_with_the_camera(
    server: Server, playwright: Playwright, tmp_path: Path
) -> None:
    seen = camera.film(tmp_path, camera.code_picture("NOTHING OF OURS"))
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=[*ARGUMENTS, *camera.arguments(seen)]
    )
    context = browser.new_context(**PHONE, permissions=["camera"])
    page = enrolled(server, context, "Vàng Thị Tối")
    page.get_by_role("link", name="Quét mã tờ rơi").click()
    expect(page.get_by_text("Đây không phải mã tờ rơi")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="Bật đèn")).to_have_count(0)

    context.add_init_script(LAMP)
    page.reload()
    page.get_by_role("button", name="Bật đèn").click(timeout=30_000)
    expect(page.get_by_role("button", name="Tắt đèn")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="Quay lại").click()
    expect(page.get_by_role("link", name="Quét mã tờ rơi")).to_be_visible()
    assert page.evaluate("lamp") == [True, False, "stop"]
    browser.close()
