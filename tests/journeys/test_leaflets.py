"""A leaflet's whole way: written and put into a run at the desk, printed, scanned and handed out on
a phone without a network, read by whoever finds it, and both figures seen side by side."""

from __future__ import annotations

import re
from pathlib import Path

import pypdfium2
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, expect

from server import short_codes
from tests.journeys import camera
from tests.journeys.browsers import ARGUMENTS, CHROMIUM, PHONE
from tests.journeys.phone import photo
from tests.journeys.steps import sign_in
from tests.support.serving import Server

COMMUNE = "c-00008-2025"
COMMUNE_NAME = "Phường Ngọc Hà"
PLANNER = {"username": "ke.hoach", "password": "hoa ban no trang rung"}
TITLE = "BHXH tự nguyện cho bà con chợ phiên"
TEXT = "Đóng đủ thời gian thì có lương hưu hằng tháng."
COPIES = 120
PRINTER_DPI = 300


def test_leaflet(
    server: Server, playwright: Playwright, desk_browser: Browser, tmp_path: Path, pictures: Path
) -> None:
    reporter = server.add_account("collaborator", COMMUNE, "Nông Thị Phát")
    server.add_account("planner", "p-01-2025", "Bế Văn Kế", **PLANNER)
    desk = sign_in(desk_browser, server, PLANNER)
    desk.get_by_role("link", name="Tờ QR").click()
    write_leaflet(desk)
    code = make_run(desk)
    printed = print_and_decode(desk, code, pictures)

    seen = camera.film(tmp_path, printed)
    hand_out_offline(playwright, reporter["enrolment_url"], code, seen, tmp_path, pictures)
    read_as_a_stranger(server, playwright, code, pictures)

    desk.get_by_role("link", name="Lần in", exact=True).click()
    desk.reload()
    row = desk.get_by_role("row", name=re.compile(short_codes.show(code)))
    # copies printed, handed out, scans
    expect(row.get_by_role("cell").nth(2)).to_have_text("500")
    expect(row.get_by_role("cell").nth(3)).to_have_text(str(COPIES))
    expect(row.get_by_role("cell").nth(4)).to_have_text("1")
    expect(
        desk.get_by_role("img", name=re.compile("120 tờ phát ra và 1 lượt quét"))
    ).to_be_visible()
    desk.screenshot(path=pictures / "console-leaflets.png")


def write_leaflet(desk: Page) -> None:
    """A leaflet in its own words, published."""
    desk.get_by_role("link", name="Nội dung tờ").click()
    desk.get_by_role("button", name="Thêm tờ").click()
    desk.get_by_label("Tên tờ").fill(TITLE)
    desk.get_by_label("Nguồn").select_option(label="BHXH tỉnh")
    desk.get_by_role("button", name="Tạo tờ này").click()
    desk.get_by_label("Theo luật từ ngày").fill("2026-07-01")
    desk.get_by_role("button", name="+ Đề mục").click()
    desk.get_by_role("textbox", name="1. Đề mục").fill("Có lương hưu khi về già")
    desk.get_by_role("button", name="+ Đoạn văn").click()
    desk.get_by_role("textbox", name="2. Đoạn văn").fill(TEXT)
    expect(desk.get_by_role("article", name="Người đọc thấy")).to_contain_text(TEXT)
    desk.get_by_role("button", name="Phát hành").click()
    asked = desk.get_by_role("alertdialog")
    asked.get_by_role("button", name="Phát hành").click()
    expect(desk.get_by_text("Đã phát hành bản 1")).to_be_visible()


def make_run(desk: Page) -> str:
    """A run for one commune; the code that it was given."""
    desk.get_by_role("link", name="Lần in", exact=True).click()
    desk.get_by_role("link", name="Tạo lần in").click()
    chosen = desk.get_by_label("Tờ, phiên bản")
    expect(chosen.get_by_role("option")).not_to_have_count(0)
    chosen.select_option(label=f"{TITLE} – bản 1 · luật 01/07/2026")
    desk.get_by_label("Địa điểm cụ thể").fill("Chợ phiên")
    desk.get_by_label("Tìm xã, phường").fill("ngọc hà")
    desk.get_by_role("checkbox", name=COMMUNE_NAME).check()
    desk.get_by_role("button", name="Tạo 1 lần in").click()
    expect(desk.get_by_text("Đã tạo 1 lần in")).to_be_visible()
    shown = desk.locator("aside code").inner_text()
    code = short_codes.normalise(shown)
    assert short_codes.is_valid(code)
    return code


def print_and_decode(desk: Page, code: str, pictures: Path) -> Image.Image:
    """The sheet as a printer gets it, looked at, and read by another decoder; its first code."""
    expect(desk.get_by_role("img", name=f"Mã QR {short_codes.show(code)}")).to_be_visible()
    with desk.expect_download() as download:
        desk.get_by_role("button", name="In tờ QR (PDF)").click()
    with pypdfium2.PdfDocument(Path(download.value.path())) as sheet:
        page: Image.Image = sheet[0].render(scale=PRINTER_DPI / 72).to_pil().convert("RGB")
    page.save(pictures / "sheet-labels.png")
    found = zxingcpp.read_barcodes(page)
    assert len(found) > 1, "a sheet of labels"
    assert all(one.text.endswith(f"/Q/{code}") for one in found)
    corners = found[0].position
    left, top = corners.top_left.x, corners.top_left.y
    right, bottom = corners.bottom_right.x, corners.bottom_right.y
    edge = (right - left) // 6
    return page.crop((left - edge, top - edge, right + edge, bottom + edge))


def hand_out_offline(
    playwright: Playwright, link: str, code: str, seen: Path, folder: Path, pictures: Path
) -> None:
    """The phone has heard of the run; without a network the paper's code fills the form."""
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=[*ARGUMENTS, *camera.arguments(seen)]
    )
    context = browser.new_context(**PHONE, permissions=["camera"])
    page = context.new_page()
    page.goto(link)
    ready = page.get_by_role("button", name="Phát thanh", exact=True)
    expect(ready).to_be_enabled(timeout=30_000)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.evaluate(camera.READER_KEPT)
    context.set_offline(True)
    page.reload()
    page.get_by_role("link", name="Quét mã tờ rơi").click()
    expect(page.get_by_label("Mã in trên tờ")).to_have_value(short_codes.show(code), timeout=30_000)
    expect(page.get_by_role("textbox", name="Địa điểm cụ thể")).to_have_value("Chợ phiên")
    page.get_by_role("textbox", name="Số tờ đã phát").fill(str(COPIES))
    page.get_by_label("Chụp ảnh").set_input_files(photo(folder, 7))
    expect(page.get_by_role("img", name="Ảnh 1")).to_be_visible(timeout=20_000)
    page.screenshot(path=pictures / "field-hand-out.png")
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.get_by_text("Đã lưu trên máy")).to_be_visible()
    context.set_offline(False)
    expect(page.get_by_text("Tỉnh đã nhận 1/1 ảnh")).to_be_visible(timeout=60_000)
    browser.close()


def read_as_a_stranger(server: Server, playwright: Playwright, code: str, pictures: Path) -> None:
    """Somebody who found the leaflet opens it on an own phone."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    agent = (
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/143.0.0.0 Mobile Safari/537.36"
    )
    context = browser.new_context(**{**PHONE, "user_agent": agent})
    page = context.new_page()
    answer = page.goto(f"{server.url}/Q/{code}")
    assert answer is not None
    assert answer.status == 200
    expect(page.get_by_text(TEXT)).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("1900 ?9068")).first).to_be_visible()
    assert context.cookies() == []
    page.screenshot(path=pictures / "leaflet-page.png")
    browser.close()
