"""The first mile: from a tap with no network to a figure on the province's board, and back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.journeys.phone import Phone, photo
from tests.journeys.steps import fill_broadcast, sign_in, week_figure
from tests.support.serving import Server

COMMUNE = "c-00004-2025"
SIGN_IN = {"username": "duyet.hanoi", "password": "mat-khau-thu-nghiem"}
REMARK = "Chưa đọc được giờ phát trên ảnh"

pytestmark = pytest.mark.journey


def test_first_mile(
    server: Server, playwright: Playwright, desk_browser: Browser, tmp_path: Path, pictures: Path
) -> None:
    reporter = server.add_account("collaborator", COMMUNE, "Nông Thị Thử")
    server.add_account("provincial_reviewer", "p-01-2025", "Trần Văn Duyệt", **SIGN_IN)
    assert week_figure(server, COMMUNE) == {"done": 0, "sent": 0, "approved": 0}
    phone = Phone(playwright, tmp_path / "profile")

    # enrol by the link; the code leaves the address
    page = phone.open()
    page.goto(reporter["enrolment_url"])
    expect(page.get_by_role("button", name="Phát thanh", exact=True)).to_be_enabled(timeout=30_000)
    assert "noi-may" not in page.url
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.screenshot(path=pictures / "field-first.png")

    # no network: a reload still opens, a broadcast is recorded
    phone.offline(True)
    page.reload()
    expect(page.get_by_role("button", name="Phát thanh", exact=True)).to_be_enabled()
    page.get_by_role("button", name="Phát thanh", exact=True).click()
    fill_broadcast(page, tmp_path)
    expect(page.get_by_text(re.compile("Đã lưu trên máy"))).to_be_visible()
    page.wait_for_timeout(600)  # longer than the pause before a change is written down
    page.screenshot(path=pictures / "field-form.png")

    # the browser dies; nothing is lost
    phone.kill()
    page = phone.open()
    phone.offline(True)
    page.goto(server.url)
    page.get_by_role("link", name="1 bản nháp").click()
    expect(page.get_by_label("Tên chương trình")).to_have_value("Lương hưu cho lao động tự do")
    expect(page.get_by_label("Giờ bắt đầu")).to_have_value("05:30")
    expect(page.get_by_role("img", name="Ảnh 2")).to_be_visible()
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.get_by_text("Đã lưu trên máy")).to_be_visible()
    page.screenshot(path=pictures / "field-outbox-waiting.png")

    # a network passes: it goes by itself, with a receipt for each photo
    phone.offline(False)
    expect(page.get_by_text("Tỉnh đã nhận 2/2 ảnh")).to_be_visible(timeout=60_000)
    page.screenshot(path=pictures / "field-outbox-sent.png")
    assert week_figure(server, COMMUNE) == {"done": 1, "sent": 1, "approved": 0}

    # the province returns it with a remark and a circle
    desk = sign_in(desk_browser, server, SIGN_IN)
    desk.get_by_role("button", name="Khoanh").click()
    stage = desk.locator(".frame img")
    expect(stage).to_be_visible()
    box = stage.bounding_box()
    assert box is not None
    desk.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    desk.mouse.down()
    desk.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.6, steps=4)
    desk.mouse.up()
    desk.get_by_label("Lời nhắn cho người báo").fill(REMARK)
    desk.screenshot(path=pictures / "console-review.png")
    desk.get_by_role("button", name=re.compile("^Trả lại")).click()
    expect(desk.get_by_text("Không còn mục nào chờ duyệt")).to_be_visible()

    # the phone shows the remark at the circled spot; it is fixed without a network
    page.get_by_role("button", name="Gửi ngay").click()
    page.get_by_role("link", name="Hôm nay").click()
    returned = page.get_by_role("link", name=re.compile("1 việc cần bổ sung"))
    expect(returned).to_be_visible(timeout=60_000)
    returned.click()
    expect(page.get_by_role("heading", name=REMARK)).to_be_visible()
    expect(page.get_by_text("chỗ được khoanh")).to_be_visible()
    page.screenshot(path=pictures / "field-returned.png")
    phone.offline(True)
    page.get_by_role("button", name="Sửa và gửi lại").click()
    expect(page.get_by_text(REMARK)).to_be_visible()
    page.get_by_label("Chụp ảnh").set_input_files(photo(tmp_path, 3))
    expect(page.get_by_role("img", name="Ảnh 3")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Gửi", exact=True).click()
    phone.offline(False)
    expect(page.get_by_text("Tỉnh đã nhận 3/3 ảnh")).to_be_visible(timeout=60_000)

    # approved: the figure moves by one for that commune and week
    desk.get_by_role("button", name="Tải lại").click()
    desk.get_by_role("button", name=re.compile("^Duyệt")).click()
    expect(desk.get_by_text(re.compile("^Đã duyệt"))).to_be_visible()
    assert week_figure(server, COMMUNE) == {"done": 1, "sent": 1, "approved": 1}
    desk.get_by_role("link", name="Phụ lục").click()
    row = desk.get_by_role("row", name=re.compile(r"^I\.4 "))
    expect(row.get_by_role("cell").nth(7)).to_have_text("1")
    desk.screenshot(path=pictures / "console-annex.png")

    # the figure opens down to the photo
    desk.get_by_role("button", name="Chi tiết dòng I.4").click()
    expect(desk.get_by_text("UBND xã, phường, thị trấn", exact=False)).to_be_visible()
    row.get_by_role("link", name=re.compile("I.4")).click()
    desk.get_by_role("link", name=re.compile("phát thanh")).click()
    expect(desk.get_by_role("img", name="Ảnh 1")).to_be_visible()
    expect(desk.get_by_text(re.compile("Trả lại"))).to_be_visible()
    desk.screenshot(path=pictures / "console-activity.png")

    page.get_by_role("button", name="Gửi ngay").click()
    page.get_by_role("link", name="Hôm nay").click()
    expect(page.get_by_text("1 lượt đã duyệt.")).to_be_visible(timeout=30_000)
    page.screenshot(path=pictures / "field-home.png")
    assert phone.errors == []
    phone.close()
