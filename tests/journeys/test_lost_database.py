"""The browser deletes the phone's whole database, as it does when power cuts have torn its log:
what nobody else has is there again from the second copy, and arrives once."""

from __future__ import annotations

import contextlib
import re
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.line import wait_until
from tests.journeys.phone import Phone
from tests.journeys.steps import fill_broadcast
from tests.support.serving import Server

COMMUNE = "c-00004-2025"
WAIT_MS = 30_000

pytestmark = pytest.mark.journey


def open_offline(phone: Phone, url: str) -> Page:
    page = phone.open()
    phone.offline(True)
    page.goto(url)
    expect(page.get_by_role("button", name="Phát thanh", exact=True)).to_be_enabled(timeout=WAIT_MS)
    return page


def lose_database(profile: Path) -> None:
    """All that IndexedDB had of this profile; its private files lie elsewhere."""
    folders = list(profile.glob("*/IndexedDB"))
    assert folders, "the profile has a database"
    for folder in folders:
        shutil.rmtree(folder)


def begin_report(page: Page, folder: Path, first_photo: int) -> None:
    page.get_by_role("button", name="Phát thanh", exact=True).click()
    fill_broadcast(page, folder, first_photo)
    expect(page.get_by_text(re.compile(r"Đã lưu trên máy \d"))).to_be_visible(timeout=WAIT_MS)


def rows(server: Server, question: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(server.folder / "loa.sqlite3")) as database:
        return database.execute(question).fetchall()


def verified(server: Server) -> int:
    (count,) = rows(server, "SELECT count(*) FROM photo WHERE state = 'verified'")[0]
    return int(count)


def test_a_lost_database_loses_nothing(phone: Phone, server: Server, tmp_path: Path) -> None:
    reporter = server.add_account("collaborator", COMMUNE, "Vàng Thị Pin")
    page = phone.open()
    page.goto(reporter["enrolment_url"])
    expect(page.get_by_role("button", name="Phát thanh", exact=True)).to_be_enabled(timeout=WAIT_MS)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.offline(True)
    begin_report(page, tmp_path, 1)
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.get_by_text("1 mục chưa xong")).to_be_visible(timeout=WAIT_MS)
    page.goto(f"{server.url}/#/")
    begin_report(page, tmp_path, 3)
    phone.kill()
    lose_database(tmp_path / "may")

    page = open_offline(phone, server.url)
    page.get_by_role("link", name="1 bản nháp").click()
    expect(page.get_by_label("Tên chương trình")).to_have_value("Lương hưu cho lao động tự do")
    for at in (1, 2):
        picture = page.get_by_role("img", name=f"Ảnh {at}")
        expect(picture).to_be_visible(timeout=WAIT_MS)
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.get_by_text("2 mục chưa xong")).to_be_visible(timeout=WAIT_MS)
    # once more, with both in the outbox
    phone.kill()
    lose_database(tmp_path / "may")
    page = open_offline(phone, server.url)
    phone.offline(False)
    wait_until(lambda: verified(server) == 4, 60, "the photos to arrive")
    page.goto(f"{server.url}/#/hop-gui")
    expect(page.get_by_text("Không có gì chờ gửi")).to_be_visible(timeout=WAIT_MS)

    assert rows(server, "SELECT count(*), count(DISTINCT activity_id) FROM operation_log") == [
        (4, 2)
    ]
    assert rows(server, "SELECT status FROM activity") == [("submitted",), ("submitted",)]
    assert rows(server, "SELECT epoch, last_n FROM device") == [(3, 4)]
    assert rows(server, "SELECT count(*) FROM device_line") == [(0,)]
    page.goto(f"{server.url}/#/tin")
    expect(page.get_by_role("heading", name="Tin từ tỉnh")).to_be_visible(timeout=WAIT_MS)
    assert page.get_by_text("không đến").count() == 0


def test_who_is_not_enrolled_is_asked_to(phone: Phone, server: Server) -> None:
    page = phone.open()
    page.goto(server.url)
    expect(page.get_by_role("heading", name=re.compile("Nối máy"))).to_be_visible(timeout=WAIT_MS)
