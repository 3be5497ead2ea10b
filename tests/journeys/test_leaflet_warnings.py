"""Leaflets that should not be handed out any more, in the hand of somebody without a network: of a
stopped run and older than the law, scanned and typed. The phone warns in words before the form
opens and in it, and what was handed out is recorded all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from server import clock, short_codes
from server.app import create_app
from server.database import db
from server.leaflets.law import law_changes
from server.settings import from_environment
from tests.factories.scans import make_run
from tests.journeys import camera
from tests.journeys.browsers import ARGUMENTS, CHROMIUM, PHONE
from tests.journeys.phone import photo
from tests.support.serving import Server

COMMUNE = "c-00008-2025"
WARNINGS = {
    "stopped": ("Tờ này đã ngừng phát", "Xin anh/chị đừng phát thêm"),
    "outdated": ("Tờ này cũ hơn luật đang áp dụng", "Mức đóng, mức hưởng in trên tờ có thể đã đổi"),
}

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def codes(server: Server) -> dict[str, str]:
    """The code of a run for each warning. Phones hear of both, as of all runs of their commune."""
    now = datetime.now(UTC)
    today = clock.today_in_vietnam(now)
    period = (today - timedelta(days=20), today + timedelta(days=20))
    old = law_changes()[0].date - timedelta(days=1)
    with create_app(from_environment(server.environment)).app_context():
        session = db.session()
        stopped = make_run(session, now, commune_id=COMMUNE, period=period, status="stopped")
        outdated = make_run(session, now, commune_id=COMMUNE, period=period, law_date=old)
        found = {"stopped": stopped.code, "outdated": outdated.code}
        db.session.remove()
        db.engine.dispose()
    server.loa("leaflets", "refresh")
    return found


@pytest.fixture
def phone(
    request: pytest.FixtureRequest, playwright: Playwright, codes: dict[str, str], tmp_path: Path
) -> Iterator[BrowserContext]:
    """A phone whose camera sees the leaflet of `request.param`, or which has no camera."""
    text = f"HTTPS://LOA.VN/Q/{codes[request.param]}" if request.param else ""
    seen = camera.film(tmp_path, camera.code_picture(text)) if text else None
    browser: Browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=[*ARGUMENTS, *camera.arguments(seen)]
    )
    yield browser.new_context(**PHONE, permissions=["camera"] if seen else [])
    browser.close()


def offline_scanner(server: Server, phone: BrowserContext, name: str) -> Page:
    """The scanner of a collaborator whose phone has heard of the runs and lost its network."""
    account = server.add_account("collaborator", COMMUNE, name)
    page = phone.new_page()
    page.goto(account["enrolment_url"])
    ready = page.get_by_role("button", name="Phát thanh", exact=True)
    expect(ready).to_be_enabled(timeout=30_000)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.evaluate(camera.READER_KEPT)
    phone.set_offline(True)
    page.reload()
    page.get_by_role("link", name="Quét mã tờ rơi").click()
    return page


def expect_warning(page: Page, what: str) -> None:
    said = page.get_by_role("alert")
    expect(said).to_have_count(1, timeout=30_000)
    for words in WARNINGS[what]:
        expect(said).to_contain_text(words)


def record_all_the_same(
    page: Page, phone: BrowserContext, folder: Path, what: str, code: str
) -> None:
    """The form warns where the code stands; what was handed out reaches the province."""
    page.get_by_role("button", name="Ghi phát tờ rơi").click()
    field = page.get_by_label("Mã in trên tờ")
    expect(field).to_have_value(short_codes.show(code))
    expect(field).to_have_accessible_description(re.compile(WARNINGS[what][0]))
    page.get_by_role("textbox", name="Số tờ đã phát").fill("15")
    page.get_by_label("Chụp ảnh").set_input_files(photo(folder, 9))
    expect(page.get_by_role("img", name="Ảnh 1")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.get_by_text("Đã lưu trên máy")).to_be_visible()
    phone.set_offline(False)
    expect(page.get_by_text("Tỉnh đã nhận 1/1 ảnh")).to_be_visible(timeout=60_000)


@pytest.mark.parametrize("phone", ["stopped", "outdated"], indirect=True)
def test_scanned(
    server: Server,
    phone: BrowserContext,
    codes: dict[str, str],
    request: pytest.FixtureRequest,
    tmp_path: Path,
    pictures: Path,
) -> None:
    what: str = request.node.callspec.params["phone"]
    page = offline_scanner(server, phone, "Hà Thị Quét")
    expect_warning(page, what)
    expect(page.get_by_text(short_codes.show(codes[what]))).to_be_visible()
    page.screenshot(path=pictures / f"field-{what}-leaflet.png")
    record_all_the_same(page, phone, tmp_path, what, codes[what])


@pytest.mark.parametrize("phone", [None], indirect=True)
@pytest.mark.parametrize("what", WARNINGS)
def test_typed(
    server: Server, phone: BrowserContext, codes: dict[str, str], what: str, tmp_path: Path
) -> None:
    page = offline_scanner(server, phone, "Ma Văn Gõ")
    page.get_by_label("Hoặc gõ mã in cạnh mã QR").fill(codes[what].lower())
    page.get_by_role("button", name="Dùng mã này").click()
    expect_warning(page, what)
    record_all_the_same(page, phone, tmp_path, what, codes[what])
