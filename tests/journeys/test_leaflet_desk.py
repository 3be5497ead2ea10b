"""The desk's work with leaflets: lists from Excel with mistakes told row by row, stopping a run,
calls that readers asked for, and screens that everybody can use."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
import xlsxwriter
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, expect
from python_calamine import CalamineWorkbook

from server import short_codes
from tests.journeys import accessibility
from tests.journeys.browsers import ARGUMENTS, CHROMIUM, PHONE
from tests.journeys.steps import sign_in
from tests.journeys.test_leaflets import PLANNER, TITLE, write_leaflet
from tests.support.serving import Server

REVIEWER = {"username": "goi.lai", "password": "suoi trong rung xanh"}


@pytest.fixture(scope="module")
def wide_browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def desk(server: Server, wide_browser: Browser) -> Page:
    """A planner who has published a leaflet."""
    server.add_account("planner", "p-01-2025", "Bế Văn Kế", **PLANNER)
    server.add_account("provincial_reviewer", "p-01-2025", "Tô Thị Gọi", **REVIEWER)
    page = sign_in(wide_browser, server, PLANNER)
    page.get_by_role("link", name="Tờ QR").click()
    expect(page.get_by_text("Chưa có lần in nào")).to_be_visible()
    write_leaflet(page)
    return page


def filled(path: Path, template: bytes, *rows: tuple[str | int, ...]) -> Path:
    """A list with the template's own head and these rows below it."""
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(template)).get_sheet_by_index(0)
    head = next(row for row in sheet.to_python() if str(row[0]).startswith("Xã"))
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet()
    for at, row in enumerate((head, *rows)):
        page.write_row(at, 0, row)
    book.close()
    return path


def test_runs_from_an_excel_list(desk: Page, tmp_path: Path) -> None:
    """One wrong row and nothing is made; every mistake is told with its row."""
    desk.get_by_role("link", name="Lần in", exact=True).click()
    desk.get_by_role("link", name="Tạo lần in").click()
    desk.get_by_label("Tờ, phiên bản").select_option(label=f"{TITLE} – bản 1 · luật 01/07/2026")
    with desk.expect_download() as download:
        desk.get_by_role("button", name="Tải tệp mẫu").click()
    template = Path(download.value.path()).read_bytes()
    path = tmp_path / "lan-in.xlsx"
    good = ("Phường Ngọc Hà", 300, "Chợ", "01/11/2026", "31/12/2026")
    wrong = ("Xã Không Có", 5, "", "01/11/2026", "31/12/2026")
    filled(path, template, good, wrong)
    desk.get_by_label("Chọn tệp Excel").set_input_files(path)
    expect(desk.get_by_role("alert")).to_contain_text("từng dòng")
    expect(desk.get_by_role("cell", name=re.compile("Xã Không Có"))).to_be_visible()
    filled(path, template, good)
    desk.get_by_label("Chọn tệp Excel").set_input_files(path)
    expect(desk.get_by_text("Đã tạo 1 lần in")).to_be_visible()
    expect(desk.get_by_role("row", name=re.compile("Chợ, Phường Ngọc Hà"))).to_be_visible()


def soon_reads(reader: Page, address: str, heading: str) -> bool:
    """Whether the page says so within seconds: a server believes a run that long."""
    for _ in range(30):
        reader.goto(address)
        if reader.get_by_role("heading", name=heading).is_visible():
            return True
        reader.wait_for_timeout(500)
    return False


def test_a_stopped_run_says_so_kindly_and_starts_again(
    server: Server, desk: Page, wide_browser: Browser
) -> None:
    code = short_codes.normalise(desk.locator("aside code").inner_text())
    reader = wide_browser.new_context(**PHONE).new_page()
    desk.get_by_role("button", name="Dừng lần in này").click()
    expect(desk.get_by_text("Số liệu giữ nguyên")).to_be_visible()
    desk.get_by_role("button", name="Dừng lần in này").click()
    expect(desk.get_by_role("cell", name="– Đã dừng")).to_be_visible()
    assert soon_reads(reader, f"{server.url}/q/{code}", "Tờ này đã ngừng phát")
    desk.get_by_role("button", name="Dùng lại lần in này").click()
    desk.get_by_role("button", name="Dùng lại lần in này").click()
    expect(desk.get_by_role("cell", name="● Đang dùng")).to_be_visible()
    assert soon_reads(reader, f"{server.url}/q/{code}", TITLE)
    reader.context.close()


def test_a_reader_who_asks_to_be_called_is(
    server: Server, desk: Page, wide_browser: Browser, pictures: Path
) -> None:
    code = short_codes.normalise(desk.locator("aside code").inner_text())
    reader = wide_browser.new_context(**PHONE).new_page()
    reader.goto(f"{server.url}/q/{code}")
    reader.get_by_text("Gọi lại cho tôi").first.click()
    reader.get_by_label("Họ tên").fill("Vừ Thị Thử")
    reader.get_by_label("Số điện thoại").fill("0912 000 111")
    reader.get_by_role("checkbox").check()
    reader.get_by_role("button", name="Gửi yêu cầu").click()
    expect(reader.get_by_text("Đã nhận yêu cầu")).to_be_visible()
    reader.context.close()
    office = sign_in(wide_browser, server, REVIEWER)
    office.get_by_role("link", name="Tờ QR").click()
    office.get_by_role("link", name="Xin gọi lại").click()
    expect(office.get_by_role("cell", name=TITLE)).to_be_visible()
    expect(office.get_by_text("0912000111")).to_have_count(0)
    office.get_by_role("button", name="Xem số để gọi").click()
    expect(office.get_by_role("link", name="0912000111")).to_be_visible()
    office.screenshot(path=pictures / "console-calls.png")
    assert accessibility.faults(office) == []
    office.get_by_role("button", name="Đã gọi xong").click()
    expect(office.get_by_text("Không có ai đang chờ gọi lại")).to_be_visible()
    office.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_screens(
    server: Server, wide_browser: Browser, desk: Page, scheme: Literal["light", "dark"]
) -> None:
    page = sign_in(wide_browser, server, PLANNER)
    page.emulate_media(color_scheme=scheme)
    for path, sight in (
        ("to-qr", "In tờ QR"),
        ("to-qr/tao", "Tạo lần in"),
        ("to-qr/noi-dung", TITLE),
    ):
        page.goto(f"{server.url}/console#/{path}")
        expect(page.get_by_role("heading", name=sight).first).to_be_visible()
        assert accessibility.faults(page) == [], path
    page.context.close()


def test_a_code_is_taken_away_as_a_picture_that_reads(desk: Page) -> None:
    """Both files as a print shop gets them; the browser draws the SVG, for want of a press."""
    code = short_codes.normalise(desk.locator("aside code").inner_text())
    files = {}
    for ending in ("SVG", "PNG"):
        with desk.expect_download() as download:
            desk.get_by_role("button", name=ending, exact=True).click()
        files[ending] = Path(download.value.path()).read_bytes()
        assert download.value.suggested_filename == f"ma-{code}.{ending.lower()}"
    drawing = desk.context.new_page()
    drawing.set_content(files["SVG"].decode())
    for picture in (files["PNG"], drawing.screenshot()):
        (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)).convert("RGB"))
        assert found.text.endswith(f"/Q/{code}")
    drawing.close()


def test_a_run_is_chosen_by_keyboard(desk: Page) -> None:
    desk.get_by_role("link", name="Lần in", exact=True).click()
    chosen = desk.get_by_role("button", name=TITLE).first
    chosen.focus()
    desk.keyboard.press("Enter")
    expect(chosen).to_have_attribute("aria-pressed", "true")
    desk.get_by_text("Xem bằng bảng").focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("columnheader", name="Tuần", exact=True)).to_be_visible()
