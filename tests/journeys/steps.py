"""What people do in more than one journey: fill in a broadcast, sign in, read a figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from server import clock
from tests.journeys.browsers import DESK
from tests.journeys.phone import photo
from tests.support.serving import Server


def week_figure(server: Server, commune: str) -> dict[str, Any]:
    """Row I.4 of this week in the commune, as the operator's command tells it."""
    today = clock.today_in_vietnam(clock.now())
    year, week, _ = today.isocalendar()
    plans = server.loa("plans", "list", "--json")
    plan = next(one for one in plans["items"] if one["year"] == today.year)
    progress = server.loa(
        "plans", "progress", "--plan", plan["id"], "--unit", commune,
        "--period", f"{year}-W{week:02d}", "--json",
    )  # fmt: skip
    row: dict[str, Any] = next(row for row in progress["rows"] if row["code"] == "I.4")
    return {name: row[name] for name in ("done", "sent", "approved")}


def fill_broadcast(page: Page, folder: Path, first_photo: int = 1) -> None:
    """What a collaborator fills in: photos, time, station, programme."""
    page.get_by_label("Chụp ảnh").set_input_files(photo(folder, first_photo))
    expect(page.get_by_role("img", name="Ảnh 1")).to_be_visible(timeout=20_000)
    page.get_by_label("Chọn ảnh").set_input_files(photo(folder, first_photo + 1))
    expect(page.get_by_role("img", name="Ảnh 2")).to_be_visible(timeout=20_000)
    page.get_by_label("Giờ bắt đầu").fill("05:30")
    page.get_by_role("button", name="5 phút").click()
    page.get_by_role("button", name="FM", exact=True).click()
    page.get_by_role("textbox", name="Số cụm loa có phát").fill("8")
    page.get_by_label("Tên chương trình").fill("Lương hưu cho lao động tự do")
    page.get_by_role("button", name="Tự sản xuất").click()
    page.get_by_role("button", name="BHXH tự nguyện").click()


def sign_in(browser: Browser, server: Server, who: dict[str, str]) -> Page:
    """A console on a desktop, in its own context."""
    page = browser.new_context(**DESK).new_page()
    page.goto(f"{server.url}/console")
    page.get_by_label("Tên đăng nhập").fill(who["username"])
    page.get_by_label("Mật khẩu").fill(who["password"])
    page.get_by_role("button", name="Đăng nhập").click()
    return page
