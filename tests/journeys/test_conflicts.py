"""Two phones, one activity: both values seen and decided; amendments, parked work, a courier."""

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
from tests.journeys.steps import fill_broadcast, sign_in, week_figure
from tests.support.serving import Server

#: A commune for each journey, so that none sees another's work.
COMMUNES = {
    "conflict": "c-00004-2025",
    "parked": "c-00008-2025",
    "courier": "c-00025-2025",
    "author": "c-00070-2025",
}
SIGN_IN = {"username": "duyet.haiban", "password": "mat-khau-thu-nghiem"}
WAIT_MS = 30_000
GZIP = b"\x1f\x8b"

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def reviewer(server: Server) -> dict[str, Any]:
    return server.add_account("provincial_reviewer", "p-01-2025", "Trần Văn Duyệt", **SIGN_IN)


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


def another_code(server: Server, account: dict[str, Any]) -> str:
    found: dict[str, str] = server.loa("accounts", "enrol", account["account"], "--json")
    return found["enrolment_url"]


def report(page: Page, folder: Path, first_photo: int) -> None:
    page.get_by_role("button", name="Phát thanh", exact=True).click()
    fill_broadcast(page, folder, first_photo)
    page.get_by_role("button", name="Gửi", exact=True).click()


def sync(page: Page) -> None:
    """Ask for the province's news, and have them."""
    page.goto(re.sub(r"#.*", "", page.url) + "#/hop-gui")
    page.get_by_role("button", name=re.compile("Gửi ngay|Đang gửi")).click()
    expect(page.get_by_role("button", name="Gửi ngay")).to_be_enabled(timeout=WAIT_MS)


def open_first(page: Page) -> None:
    page.goto(re.sub(r"#.*", "", page.url) + "#/hoat-dong")
    page.get_by_role("link", name=re.compile("^Phát thanh")).first.click()
    expect(page.get_by_role("heading", name="Nội dung")).to_be_visible()


def edit(page: Page, label: str, value: str) -> None:
    """Change one field of the first activity and send it."""
    open_first(page)
    page.get_by_role("button", name="Sửa", exact=True).click()
    page.locator("input").and_(page.get_by_label(label)).fill(value)
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.get_by_role("heading", name="Hộp gửi")).to_be_visible()


def disagree(
    server: Server, author: dict[str, Any], phones: list[Phone], folder: Path
) -> list[Page]:
    """One broadcast of 8 clusters that two phones of its author change without a network: to 9 on
    the first, which is quicker, and to 7 on the second."""
    first, second = phones
    one = enrol(first, author["enrolment_url"])
    report(one, folder, 1)
    expect(one.get_by_text("Tỉnh đã nhận 2/2 ảnh")).to_be_visible(timeout=60_000)
    other = enrol(second, another_code(server, author))
    sync(other)
    first.offline(True)
    second.offline(True)
    edit(one, "Số cụm loa có phát", "9")
    edit(other, "Số cụm loa có phát", "7")
    first.offline(False)
    sync(one)
    second.offline(False)
    sync(other)
    return [one, other]


def test_the_author_chooses_between_their_own_phones(
    server: Server, phones: list[Phone], tmp_path: Path
) -> None:
    author = server.add_account("collaborator", COMMUNES["author"], "Hà Thị Chọn")
    one, other = disagree(server, author, phones, tmp_path)

    # said on the first screen; chosen with no network; sent by itself
    other.goto(f"{server.url}/#/")
    other.get_by_role("link", name=re.compile("1 mục cần")).click()
    other.get_by_role("link", name="Mở xem").click()
    phones[1].offline(True)
    other.get_by_role("button", name="Dùng bản của tôi").click()
    expect(other.get_by_role("heading", name="Hai bản khác nhau")).to_have_count(0)
    expect(other.get_by_text("Đã lưu trên máy")).to_be_visible()
    phones[1].offline(False)
    for page in (other, one):
        sync(page)
        open_first(page)
        expect(page.get_by_text("7 cụm")).to_be_visible(timeout=WAIT_MS)
        expect(page.get_by_role("heading", name="Hai bản khác nhau")).to_have_count(0)


def test_two_phones_a_reviewer_and_an_amendment(
    server: Server,
    reviewer: dict[str, Any],
    phones: list[Phone],
    desk_browser: Browser,
    tmp_path: Path,
    pictures: Path,
) -> None:
    commune = COMMUNES["conflict"]
    author = server.add_account("collaborator", commune, "Nông Thị Hai")
    one, other = disagree(server, author, phones, tmp_path)

    # the second phone shows both values, and that one may choose
    open_first(other)
    expect(other.get_by_role("heading", name="Hai bản khác nhau")).to_be_visible(timeout=WAIT_MS)
    expect(other.get_by_role("button", name="Dùng bản của tôi")).to_be_visible()
    expect(other.get_by_text("7 cụm")).to_be_visible()
    expect(other.get_by_text("9 cụm").first).to_be_visible()
    other.screenshot(path=pictures / "field-conflict.png")

    # the reviewer sees them side by side and takes the one from the second phone
    desk = sign_in(desk_browser, server, SIGN_IN)
    waiting = desk.get_by_role("button", name=re.compile("^Phường Ba Đình"))
    waiting.click()
    desk.get_by_role("link", name="Xem và chọn").click()
    row = desk.get_by_role("row", name=re.compile("Số cụm loa có phát"))
    expect(row.get_by_role("button").nth(0)).to_contain_text("9 cụm")
    expect(row.get_by_role("button").nth(1)).to_contain_text("7 cụm")
    expect(row).to_contain_text("8 cụm")
    desk.screenshot(path=pictures / "console-conflict.png")
    desk.keyboard.press("2")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Đã ghi quyết định", exact=False)).to_be_visible()
    waiting.click()
    expect(desk.get_by_role("link", name="Xem và chọn")).to_have_count(0)

    # both phones show the result, and nothing is left to choose
    for page in (one, other):
        sync(page)
        open_first(page)
        expect(page.get_by_text("7 cụm")).to_be_visible(timeout=WAIT_MS)
        expect(page.get_by_role("heading", name="Hai bản khác nhau")).to_have_count(0)

    # approved; then the author asks for another day: the figure stands until that is accepted
    desk.get_by_role("button", name=re.compile("^Duyệt")).click()
    expect(desk.get_by_text(re.compile("^Đã duyệt"))).to_be_visible()
    assert week_figure(server, commune)["approved"] == 1
    sync(one)
    edit(one, "Ngày phát", "2026-01-05")
    sync(one)
    open_first(one)
    expect(one.get_by_role("heading", name="Bản sửa đang chờ duyệt")).to_be_visible(timeout=WAIT_MS)
    expect(one.get_by_text("Số đã duyệt giữ nguyên cho tới khi chấp nhận.")).to_be_visible()
    one.screenshot(path=pictures / "field-amendment.png")
    assert week_figure(server, commune)["approved"] == 1

    desk.get_by_role("link", name=re.compile("^Xung đột")).click()
    desk.get_by_role("button", name="Tải lại").click()
    expect(desk.get_by_text("xin sửa 1 mục của hoạt động đã duyệt", exact=False)).to_be_visible()
    expect(desk.get_by_text("Số đã duyệt giữ nguyên cho tới khi chấp nhận.")).to_be_visible()
    desk.screenshot(path=pictures / "console-amendment.png")
    desk.keyboard.press("2")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Không có xung đột nào")).to_be_visible()
    assert week_figure(server, commune)["approved"] == 0
    sync(one)
    open_first(one)
    expect(one.get_by_text("05/01/2026").first).to_be_visible(timeout=WAIT_MS)
    expect(one.get_by_role("heading", name="Đã duyệt")).to_be_visible()


def test_what_is_kept_aside_is_edited_and_sent_again(
    server: Server, reviewer: dict[str, Any], phones: list[Phone], tmp_path: Path, pictures: Path
) -> None:
    author = server.add_account("collaborator", COMMUNES["parked"], "Lý Thị Sửa")
    phone = phones[0]
    page = enrol(phone, author["enrolment_url"])

    def slip(route: Route) -> None:
        """An app with a fault of its own: more clusters on air than there are."""
        sent = route.request.post_data_buffer or b""
        body = json.loads(gzip.decompress(sent) if sent[:2] == GZIP else sent)
        for operation in body["operations"]:
            if "clusters_on_air" in operation["set"]:
                operation["set"]["clusters_on_air"] = -8
        headers = {name: value for name, value in route.request.headers.items()
                   if name not in ("content-encoding", "content-length")}  # fmt: skip
        route.continue_(headers=headers, post_data=json.dumps(body))

    page.route("**/api/v1/sync", slip)
    report(page, tmp_path, 11)
    expect(page.get_by_text("Cần anh/chị xem").first).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("Anh/chị sửa chỗ sai rồi gửi lại.")).to_be_visible()
    page.screenshot(path=pictures / "field-parked.png")

    page.unroute("**/api/v1/sync")
    page.get_by_role("button", name="Sửa và gửi lại").click()
    page.get_by_role("textbox", name="Số cụm loa có phát").fill("6")
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.get_by_text("Tỉnh đã nhận 2/2 ảnh")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Cần anh/chị xem")).to_have_count(0)


def test_a_colleague_delivers_and_nothing_arrives_twice(
    server: Server,
    reviewer: dict[str, Any],
    phones: list[Phone],
    desk_browser: Browser,
    tmp_path: Path,
    pictures: Path,
) -> None:
    commune = COMMUNES["courier"]
    sender = server.add_account("collaborator", commune, "Giàng Thị Gửi")
    carrier = server.add_account("collaborator", commune, "Vừ A Mang")
    alone, helping = phones
    page = enrol(alone, sender["enrolment_url"])
    alone.offline(True)
    report(page, tmp_path, 21)
    page.get_by_role("link", name="Nhờ máy khác gửi hộ").click()
    page.get_by_role("button", name=re.compile("^Tạo tệp")).click()
    expect(page.get_by_text("Tệp đã sẵn sàng", exact=False)).to_be_visible(timeout=WAIT_MS)
    page.screenshot(path=pictures / "field-courier.png")
    with page.expect_download() as download:
        page.get_by_role("button", name="Lưu tệp về máy").click()
    sealed = tmp_path / "gui-ho.loa"
    download.value.save_as(sealed)
    assert b"programme_title" not in sealed.read_bytes()

    # twice, as people do
    colleague = enrol(helping, carrier["enrolment_url"])
    colleague.goto(f"{server.url}/#/gui-ho")
    for _ in range(2):
        colleague.get_by_label("Chọn tệp để gửi hộ").set_input_files(sealed)
        expect(
            colleague.get_by_text("Tỉnh đã nhận 2 thay đổi và 2 ảnh", exact=False)
        ).to_be_visible(timeout=WAIT_MS)
        colleague.reload()

    desk = sign_in(desk_browser, server, SIGN_IN)
    desk.goto(f"{server.url}/console#/hoat-dong?unit={commune}")
    expect(desk.get_by_role("link", name=re.compile("phát thanh"))).to_have_count(1)
    expect(desk.get_by_role("cell", name="Giàng Thị Gửi")).to_be_visible()

    # the phone itself comes back and only learns that it is done
    alone.offline(False)
    sync(page)
    expect(page.get_by_text("Tỉnh đã nhận 2/2 ảnh")).to_be_visible(timeout=60_000)
    desk.reload()
    expect(desk.get_by_role("link", name=re.compile("phát thanh"))).to_have_count(1)
    desk.get_by_role("link", name=re.compile("phát thanh")).click()
    expect(desk.get_by_role("img", name="Ảnh 1")).to_be_visible()
    expect(desk.get_by_text("Gửi duyệt", exact=True)).to_have_count(1)
    assert week_figure(server, commune)["sent"] == 1
