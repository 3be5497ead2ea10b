"""A phone's battery is pulled: what its screen called saved is there when it comes back.

Chromium's profile lies on a disk whose power is cut `LOA_TEST_PHONE_POWER_CUTS` times (default 3),
by turns while a draft is open and after *send* without a network. Then all of it is sent. Every
cut meets a profile that was written down in full before. Not here: several cuts of one profile.
Chromium goes on in a log whose end a cut has torn, and when it finds the tear at a later start, it
takes the whole database for corrupt and deletes it: what then happens is in
`tests/journeys/test_lost_database.py`.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.journeys.line import wait_until
from tests.journeys.phone import Phone, photo
from tests.reliability.loop_disk import LoopDisk
from tests.support.serving import Server

CUTS = int(os.environ.get("LOA_TEST_PHONE_POWER_CUTS", "3"))
COMMUNE = "c-00004-2025"
PHOTOS_EACH = 2
START_MS = 30_000
SAVED = re.compile(r"Đã lưu trên máy \d")

pytestmark = [pytest.mark.reliability, pytest.mark.journey, pytest.mark.slow]


def open_offline(phone: Phone, url: str) -> Page:
    page = phone.open()
    phone.offline(True)
    page.goto(url)
    expect(page.get_by_role("button", name="Phát thanh", exact=True)).to_be_enabled(
        timeout=START_MS
    )
    return page


def fill(page: Page, folder: Path, title: str, number: int) -> None:
    """A whole broadcast; done when the screen says that it is saved."""
    page.get_by_role("button", name="Phát thanh", exact=True).click()
    for at in range(PHOTOS_EACH):
        picture = photo(folder, number * PHOTOS_EACH + at)
        page.get_by_label("Chọn ảnh").set_input_files(picture)
        expect(page.get_by_role("img", name=f"Ảnh {at + 1}")).to_be_visible(timeout=START_MS)
    page.get_by_label("Giờ bắt đầu").fill("05:30")
    page.get_by_role("button", name="5 phút").click()
    page.get_by_role("button", name="FM", exact=True).click()
    page.get_by_role("textbox", name="Số cụm loa có phát").fill("8")
    page.get_by_role("button", name="Tự sản xuất").click()
    page.get_by_role("button", name="BHXH tự nguyện").click()
    page.get_by_label("Tên chương trình").fill(title)
    expect(page.get_by_text(SAVED)).to_be_visible(timeout=START_MS)


def check_draft(page: Page, title: str) -> None:
    """The draft is there, with its words and its photos to be seen."""
    page.get_by_role("link", name="1 bản nháp").click()
    expect(page.get_by_label("Tên chương trình")).to_have_value(title, timeout=START_MS)
    expect(page.get_by_label("Giờ bắt đầu")).to_have_value("05:30")
    for at in range(PHOTOS_EACH):
        picture = page.get_by_role("img", name=f"Ảnh {at + 1}")
        expect(picture).to_be_visible(timeout=START_MS)
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def enrol(phone: Phone, link: str) -> None:
    """Once, long ago: everything of it is on the disk."""
    page = phone.open()
    page.goto(link)
    expect(page.get_by_role("button", name="Phát thanh", exact=True)).to_be_enabled(
        timeout=START_MS
    )
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.close()


def test_what_the_screen_called_saved_survives_the_battery(
    playwright: Playwright, power: None, tmp_path: Path, report: Callable[[str], None]
) -> None:
    folder, enrolled = tmp_path / "server", tmp_path / "enrolled"
    folder.mkdir()
    with LoopDisk.plugged_in(700) as disk, Server(folder).running("--workers", "1") as server:
        reporter = server.add_account("collaborator", COMMUNE, "Vàng Thị Pin")
        enrol(Phone(playwright, enrolled), reporter["enrolment_url"])
        for number in range(CUTS):
            profile = disk.root / f"profile-{number}"
            shutil.copytree(enrolled, profile, symlinks=True)
            disk.sync()
            phone = Phone(playwright, profile)
            _cut_and_send(phone, disk, server, tmp_path, number)
            assert phone.errors == []
            shutil.rmtree(profile)
        checked = server.loa("check", "--json")
    report(f"Chromium: {CUTS} power cuts, {CUTS} records and {CUTS * PHOTOS_EACH} photos that the "
           "screen had called saved, all there and sent")  # fmt: skip
    found = {each["name"]: each for each in checked["checks"]}
    assert checked["sound"]
    assert found["photos"]["examined"] == CUTS * PHOTOS_EACH
    assert found["contents"]["examined"] == CUTS


def _cut_and_send(
    phone: Phone, disk: LoopDisk, server: Server, folder: Path, number: int
) -> None:  # fmt: skip
    title, is_sent = f"Bản tin {number}", number % 2 == 1
    page = open_offline(phone, server.url)
    fill(page, folder, title, number)
    if is_sent:
        page.get_by_role("button", name="Gửi", exact=True).click()
        expect(page.get_by_text("1 mục chưa xong")).to_be_visible()
    disk.cut()
    phone.kill()
    disk.replug()
    page = open_offline(phone, server.url)
    if is_sent:
        page.goto(f"{server.url}/#/hop-gui")
    else:
        check_draft(page, title)
        page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.get_by_text("1 mục chưa xong")).to_be_visible(timeout=START_MS)
    phone.offline(False)
    # its screen shows those of the earlier cuts too: the server knows
    wait_until(lambda: _photos(server) == (number + 1) * PHOTOS_EACH, 60, "the photos to arrive")
    phone.close()


def _photos(server: Server) -> int:
    """How many the server holds whole."""
    with contextlib.closing(sqlite3.connect(server.folder / "loa.sqlite3")) as database:
        (number,) = database.execute(
            "SELECT count(*) FROM photo WHERE state = 'verified'"
        ).fetchone()
    return int(number)
