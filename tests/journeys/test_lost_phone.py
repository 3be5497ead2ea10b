"""A phone that is lost with unsent work, and comes back; one that was shut out and hands over what
it had done; one that may not even do that. What each is told, and its administrator beside."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, Route, expect

from tests.journeys.phone import Phone
from tests.journeys.steps import fill_broadcast, sign_in
from tests.support.serving import Server

#: A commune for each journey, so that none sees another's work.
COMMUNES = {"lost": "c-00004-2025", "escrow": "c-00008-2025", "denied": "c-00025-2025"}
CHIEF = {"username": "quan.tri", "password": "mat-khau-thu-nghiem"}
WAIT_MS = 30_000

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def chief(server: Server) -> dict[str, Any]:
    return server.add_account("administrator", "p-01-2025", "Vũ Thị Quản", **CHIEF)


@pytest.fixture
def phones(playwright: Playwright, tmp_path: Path) -> Iterator[list[Phone]]:
    """Two phones in two hands, switched off at the end whatever happened."""
    pair = [Phone(playwright, tmp_path / name) for name in ("may-a", "may-b")]
    yield pair
    errors = [error for phone in pair for error in phone.errors]
    for phone in pair:
        phone.close()
    assert errors == []


def enrol(phone: Phone, url: str) -> Page:
    page = phone.open()
    page.goto(url)
    expect(page.get_by_role("button", name="Phát thanh", exact=True)).to_be_enabled(timeout=WAIT_MS)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


def report(page: Page, folder: Path, first_photo: int) -> None:
    page.get_by_role("button", name="Phát thanh", exact=True).click()
    fill_broadcast(page, folder, first_photo)
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.get_by_role("heading", name="Hộp gửi")).to_be_visible()


def open_screen(page: Page, path: str) -> None:
    page.goto(re.sub(r"#.*", "", page.url) + f"#/{path}")


def sync(page: Page) -> None:
    """Ask for the province's news, and have them."""
    open_screen(page, "hop-gui")
    page.get_by_role("button", name=re.compile("Gửi ngay|Đang gửi")).click()
    expect(page.get_by_role("button", name="Gửi ngay")).to_be_enabled(timeout=WAIT_MS)


def only_the_first(route: Route) -> None:
    """A line on which one operation at a time gets through."""
    sent = route.request.post_data_buffer or b""
    body = json.loads(gzip.decompress(sent) if sent[:2] == b"\x1f\x8b" else sent)
    body["operations"] = body["operations"][:1]
    headers = {name: value for name, value in route.request.headers.items()
               if name not in ("content-encoding", "content-length")}  # fmt: skip
    route.continue_(headers=headers, post_data=json.dumps(body))


def device_of(server: Server, account: dict[str, Any]) -> str:
    listed = server.loa("devices", "list", "--json")
    (found,) = [one["id"] for one in listed if one["account"]["id"] == account["account"]]
    return str(found)


def phones_at_the_desk(browser: Browser, server: Server) -> Page:
    desk = sign_in(browser, server, CHIEF)
    desk.get_by_role("link", name="Máy").click()
    expect(desk.get_by_role("heading", name="Máy của cộng tác viên")).to_be_visible()
    return desk


def test_what_a_lost_phone_held_is_told_until_it_comes_back(
    server: Server,
    chief: dict[str, Any],
    phones: list[Phone],
    desk_browser: Browser,
    tmp_path: Path,
    pictures: Path,
) -> None:
    author = server.add_account("collaborator", COMMUNES["lost"], "Giàng Thị Mất")
    old, new = phones
    page = enrol(old, author["enrolment_url"])
    old.offline(True)
    report(page, tmp_path, 1)
    page.route("**/api/v1/uploads*", lambda route: route.abort())
    page.route("**/api/v1/sync", only_the_first)
    with page.expect_response("**/api/v1/sync") as heard:
        old.offline(False)
    heard.value.finished()
    old.offline(True)

    found = server.loa("accounts", "enrol", author["account"], "--json")
    other = enrol(new, found["enrolment_url"])
    sync(other)
    open_screen(other, "")
    other.get_by_role("link", name="1 tin từ tỉnh").click()
    notice = other.get_by_role("heading", name=re.compile("chưa về tỉnh"))
    expect(notice).to_contain_text("1 thay đổi và 2 ảnh")
    expect(other.get_by_text("Nếu còn giữ máy ấy, hãy mở Loa")).to_be_visible()
    other.screenshot(path=pictures / "field-loss.png")

    desk = phones_at_the_desk(desk_browser, server)
    row = desk.get_by_role("row", name=re.compile("Có phần chưa từng tới"))
    expect(row).to_contain_text("Giàng Thị Mất")
    expect(row).to_contain_text("còn 1 thay đổi và 2 ảnh chưa về")
    desk.screenshot(path=pictures / "console-loss.png")

    # the old phone is found again and sends what it has
    page.unroute_all()
    old.offline(False)
    sync(page)
    expect(page.get_by_text("Tỉnh đã nhận 2/2 ảnh")).to_be_visible(timeout=60_000)
    sync(page)  # what it told last named the photos; now it tells of none
    sync(other)
    open_screen(other, "")
    expect(other.get_by_text("Tỉnh đã nhận hết")).to_be_visible()
    expect(other.get_by_role("link", name="1 tin từ tỉnh")).to_have_count(0)
    desk.get_by_role("button", name="Tải lại").click()
    expect(row).to_have_count(0)
    expect(desk.get_by_role("row", name=re.compile("Giàng Thị Mất"))).to_have_count(2)


def test_a_revoked_phone_hands_over_and_reads_what_becomes_of_it(
    server: Server, phones: list[Phone], tmp_path: Path, pictures: Path
) -> None:
    author = server.add_account("collaborator", COMMUNES["escrow"], "Sùng A Nghỉ")
    phone = phones[0]
    page = enrol(phone, author["enrolment_url"])
    phone.offline(True)
    report(page, tmp_path, 11)
    server.loa("devices", "revoke", device_of(server, author))
    phone.offline(False)
    expect(page.get_by_text("Máy đã bị thu hồi. Tỉnh đã nhận bản này")).to_be_visible(
        timeout=WAIT_MS
    )
    expect(page.get_by_text("Anh/chị không phải làm gì")).to_be_visible()
    expect(page.get_by_role("button", name="Gửi lại")).to_have_count(0)
    page.screenshot(path=pictures / "field-escrow.png")
    open_screen(page, "")
    expect(
        page.get_by_role("link", name=re.compile("^(Máy đã bị thu hồi|Cần nối lại máy)"))
    ).to_be_visible()
    page.screenshot(path=pictures / "field-escrow-home.png")


def test_a_phone_from_which_nothing_is_taken_keeps_all_and_says_so(
    server: Server,
    chief: dict[str, Any],
    phones: list[Phone],
    desk_browser: Browser,
    tmp_path: Path,
    pictures: Path,
) -> None:
    author = server.add_account("collaborator", COMMUNES["denied"], "Hạng Thị Giữ")
    colleague = server.add_account("collaborator", COMMUNES["denied"], "Cứ A Mang")
    phone, helping = phones
    page = enrol(phone, author["enrolment_url"])
    device = device_of(server, author)
    phone.offline(True)
    report(page, tmp_path, 21)
    server.loa("devices", "revoke", device)

    # at the desk: earlier work of it is refused, too
    desk = phones_at_the_desk(desk_browser, server)
    row = desk.get_by_role("row", name=re.compile("Hạng Thị Giữ"))
    expect(row).to_contain_text("Đã thu hồi, còn nhận việc cũ")
    row.get_by_role("button", name="Không nhận nữa").click()
    asked = desk.get_by_role("dialog")
    expect(asked).to_contain_text("không về được nữa")
    asked.get_by_role("button", name="Không nhận nữa").click()
    expect(row).to_contain_text("Đã thu hồi")
    expect(row.get_by_role("button")).to_have_count(0)

    # the phone has not heard of it: its file is offered, and refused in words
    page.get_by_role("link", name="Nhờ máy khác gửi hộ").click()
    page.get_by_role("button", name=re.compile("^Tạo tệp")).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Lưu tệp về máy").click(timeout=WAIT_MS)
    sealed = tmp_path / "gui-ho.loa"
    download.value.save_as(sealed)
    carrier = enrol(helping, colleague["enrolment_url"])
    open_screen(carrier, "gui-ho")
    carrier.get_by_label("Chọn tệp để gửi hộ").set_input_files(sealed)
    expect(carrier.get_by_role("alert")).to_contain_text("không còn nhận từ máy đã tạo tệp này")

    # it hears: nothing is taken, nothing is lost, and how to go on
    phone.offline(False)
    sync(page)
    expect(page.get_by_text("tỉnh không nhận thêm gì từ máy")).to_be_visible()
    expect(page.get_by_text("vẫn còn nguyên ở đây")).to_be_visible()
    expect(page.get_by_text("vẫn được gửi tới hết ngày")).to_have_count(0)
    page.screenshot(path=pictures / "field-denied.png")
    page.get_by_role("link", name="Nhờ máy khác gửi hộ").click()
    expect(page.get_by_text("tỉnh cũng không nhận tệp gửi hộ")).to_be_visible()
    open_screen(page, "hoat-dong")
    page.get_by_role("link", name=re.compile("^Phát thanh")).first.click()
    expect(page.get_by_role("img", name="Ảnh 2")).to_be_visible()

    # a new code, and all of it goes on its way
    found = server.loa("accounts", "enrol", author["account"], "--json")
    page.goto(found["enrolment_url"])
    expect(page.get_by_role("button", name="Phát thanh", exact=True)).to_be_visible(timeout=WAIT_MS)
    open_screen(page, "hop-gui")
    expect(page.get_by_text("Tỉnh đã nhận 2/2 ảnh")).to_be_visible(timeout=60_000)
