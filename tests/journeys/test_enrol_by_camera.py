"""Enrolling by the camera. The browser under test reads no codes by itself, as on many phones: our
own reader does, fetched from our server; where a browser does read them, ours is never fetched."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Playwright, expect

from tests.journeys import camera
from tests.journeys.browsers import ARGUMENTS, CHROMIUM, PHONE
from tests.support.serving import Server

#: Sees nothing twice, then the code: as when a hand is still moving.
LENT_READER = """
globalThis.BarcodeDetector = class {
  static getSupportedFormats = async () => ["qr_code"];
  #looks = 0;
  async detect(video) {
    if (video.videoWidth === 0) throw new Error("no picture from the camera");
    this.#looks += 1;
    return this.#looks < 3 ? [] : [{ rawValue: %s }];
  }
};
"""


def test_enrol_by_camera(server: Server, playwright: Playwright, tmp_path: Path) -> None:
    account = server.add_account("collaborator", "c-00008-2025", "Lý Thị Quét")
    seen = camera.film(tmp_path, camera.code_picture(account["enrolment_url"]))
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=[*ARGUMENTS, *camera.arguments(seen)]
    )
    page = browser.new_context(**PHONE, permissions=["camera"]).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server.url)
    page.get_by_role("button", name="Quét mã QR").click()
    expect(page.get_by_role("button", name="Phát thanh", exact=True)).to_be_enabled(timeout=30_000)
    assert any(url.endswith(".wasm") for url in asked)
    assert all(url.startswith((server.url, "blob:", "data:")) for url in asked), "ours only"
    browser.close()


def test_a_browser_that_reads_codes_by_itself_is_believed(
    server: Server, playwright: Playwright, tmp_path: Path
) -> None:
    account = server.add_account("collaborator", "c-00008-2025", "Lò Văn Đọc")
    nothing = camera.film(tmp_path, camera.code_picture("NOTHING OF OURS"))
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=[*ARGUMENTS, *camera.arguments(nothing)]
    )
    context = browser.new_context(**PHONE, permissions=["camera"])
    context.add_init_script(LENT_READER % json.dumps(account["enrolment_url"]))
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server.url)
    page.get_by_role("button", name="Quét mã QR").click()
    expect(page.get_by_role("button", name="Phát thanh", exact=True)).to_be_enabled(timeout=30_000)
    assert not any(url.endswith(".wasm") for url in asked)
    browser.close()
