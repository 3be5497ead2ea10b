"""Two pages of one phone: one of them talks to the province, both show what is there; and a phone
whose storage is full says so and loses nothing."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from tests.journeys.line import wait_until
from tests.journeys.phone import Phone
from tests.journeys.steps import fill_broadcast
from tests.support.serving import Server

COMMUNE = "c-00004-2025"
WAIT_MS = 30_000
#: The disk takes nothing more, as the browser says it. (Its own quota cannot be set so low.)
FULL = """() => {
    window.realPut = IDBObjectStore.prototype.put
    IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError") }
}"""

pytestmark = pytest.mark.journey


def enrolled(phone: Phone, server: Server, name: str) -> Page:
    reporter = server.add_account("collaborator", COMMUNE, name)
    page = phone.open()
    page.goto(reporter["enrolment_url"])
    expect(page.get_by_role("button", name="Phát thanh", exact=True)).to_be_enabled(timeout=WAIT_MS)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


def send_report(page: Page, url: str, folder: Path, first_photo: int) -> None:
    page.goto(f"{url}/#/")
    page.get_by_role("button", name="Phát thanh", exact=True).click()
    fill_broadcast(page, folder, first_photo)
    page.get_by_role("button", name="Gửi", exact=True).click()


def operations(server: Server) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(server.folder / "loa.sqlite3")) as database:
        return database.execute(
            "SELECT count(*), count(DISTINCT activity_id) FROM operation_log"
        ).fetchall()


def in_flight(context: BrowserContext) -> dict[str, int]:
    """How many requests for a sync were open at once, and the most of it."""
    counted = {"now": 0, "most": 0, "all": 0}

    def is_sync(request: Request) -> bool:
        return request.url.endswith("/api/v1/sync")

    def begun(request: Request) -> None:
        if is_sync(request):
            counted["now"] += 1
            counted["all"] += 1
            counted["most"] = max(counted["most"], counted["now"])

    def over(request: Request) -> None:
        counted["now"] -= is_sync(request)

    context.on("request", begun)
    context.on("requestfinished", over)
    context.on("requestfailed", over)
    return counted


def test_two_pages_send_once_and_show_the_same(
    phone: Phone, server: Server, tmp_path: Path
) -> None:
    one = enrolled(phone, server, "Giàng Thị Hai Thẻ")
    assert phone.context is not None
    other = phone.context.new_page()
    other.on("pageerror", lambda error: phone.errors.append(str(error)))
    other.goto(server.url)
    expect(other.get_by_role("button", name="Phát thanh", exact=True)).to_be_enabled(
        timeout=WAIT_MS
    )
    phone.offline(True)
    send_report(one, server.url, tmp_path, 1)
    send_report(other, server.url, tmp_path, 3)
    for page in (one, other):
        page.goto(f"{server.url}/#/hop-gui")
        expect(page.get_by_text("2 mục chưa xong")).to_be_visible(timeout=WAIT_MS)
    counted = in_flight(phone.context)
    phone.offline(False)
    for page in (one, other):
        page.get_by_role("button", name=re.compile("Gửi ngay|Đang gửi")).click(force=True)
    for page in (one, other):
        expect(page.get_by_text("Không có gì chờ gửi")).to_be_visible(timeout=WAIT_MS)
        page.goto(f"{server.url}/#/hoat-dong")
        expect(page.get_by_role("link", name=re.compile("^Phát thanh"))).to_have_count(2)
    assert counted["all"] > 0
    assert counted["most"] == 1
    assert operations(server) == [(4, 2)]

    one.close()  # the one that led, or the one that did not: the other goes on alike
    send_report(other, server.url, tmp_path, 5)
    wait_until(lambda: operations(server) == [(6, 3)], 30, "the third report to arrive")
    other.goto(f"{server.url}/#/hop-gui")
    expect(other.get_by_text("Không có gì chờ gửi")).to_be_visible(timeout=WAIT_MS)


def test_a_full_storage_is_told_and_loses_nothing(
    phone: Phone, server: Server, tmp_path: Path
) -> None:
    page = enrolled(phone, server, "Lò Văn Đầy")
    before = operations(server)
    phone.offline(True)
    send_report(page, server.url, tmp_path, 7)
    page.goto(f"{server.url}/#/hop-gui")
    expect(page.get_by_text("1 mục chưa xong")).to_be_visible(timeout=WAIT_MS)
    page.evaluate(FULL)
    phone.offline(False)
    page.get_by_role("button", name="Gửi ngay").click()
    expect(page.get_by_role("alert")).to_contain_text("Bộ nhớ", timeout=WAIT_MS)
    expect(page.get_by_text("1 mục chưa xong")).to_be_visible()

    page.evaluate("() => { IDBObjectStore.prototype.put = window.realPut }")
    page.get_by_role("button", name=re.compile("Gửi ngay")).click()
    expect(page.get_by_text("Không có gì chờ gửi")).to_be_visible(timeout=WAIT_MS)
    (held,), more = before, 2  # a create and a submit
    assert operations(server) == [(held[0] + more, held[1] + 1)]
