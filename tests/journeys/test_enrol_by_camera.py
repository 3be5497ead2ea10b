"""Enrolling by the camera. The browser under test has a camera (a made one) but no reader of codes,
so the reader is lent to it; what a phone without one is told is shown too."""

from __future__ import annotations

import json

from playwright.sync_api import Playwright, expect

from tests.journeys.conftest import ARGUMENTS, CHROMIUM, PHONE
from tests.support.serving import Server

CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
#: Sees nothing twice, then the code: as when a hand is still moving.
LENT_READER = """
globalThis.BarcodeDetector = class {
  #looks = 0;
  async detect(video) {
    if (video.videoWidth === 0) throw new Error("no picture from the camera");
    this.#looks += 1;
    return this.#looks < 3 ? [] : [{ rawValue: %s }];
  }
};
"""


def test_enrol_by_camera(server: Server, playwright: Playwright) -> None:
    account = server.add_account("collaborator", "c-00008-2025", "Lý Thị Quét")
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *CAMERA])
    context = browser.new_context(**PHONE, permissions=["camera"])
    page = context.new_page()
    page.goto(server.url)
    page.get_by_role("button", name="Quét mã QR").click()
    expect(page.get_by_text("Trình duyệt này không đọc được mã QR")).to_be_visible()

    context.add_init_script(LENT_READER % json.dumps(account["enrolment_url"]))
    page.reload()
    page.get_by_role("button", name="Quét mã QR").click()
    ready = page.get_by_role("button", name="Phát thanh", exact=True)
    expect(ready).to_be_enabled(timeout=30_000)
    browser.close()
