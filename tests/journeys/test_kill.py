"""A phone that dies five times while it sends: in the end everything is there, once."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, Playwright, expect

from tests.journeys.line import Line, wait_until
from tests.journeys.phone import Phone
from tests.support.serving import Server

COMMUNE = "c-00004-2025"
SIGN_IN = {"username": "duyet.kill", "password": "mat-khau-thu-nghiem"}
PROGRAMMES = ("Bản tin một", "Bản tin hai", "Bản tin ba")
PHOTOS_EACH = 2
#: A line of the mountains: the photos take some ten seconds.
UP_BYTES_S = 200_000

pytestmark = pytest.mark.journey


class Office:
    """A reviewer who looks at the list over HTTP."""

    def __init__(self, server: Server) -> None:
        self._server = server
        body = json.dumps(SIGN_IN).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{server.url}/api/v1/session", body, headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            self._cookie = answer.headers["Set-Cookie"].partition(";")[0]

    def activities(self) -> list[dict[str, Any]]:
        request = urllib.request.Request(
            f"{self._server.url}/api/v1/activities", headers={"Cookie": self._cookie}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            items: list[dict[str, Any]] = json.load(answer)["items"]
        return items

    def has_all(self) -> bool:
        items = self.activities()
        photos = [one for item in items for one in item["evidence"] if one["verified"]]
        return len(items) == len(PROGRAMMES) and len(photos) == len(PROGRAMMES) * PHOTOS_EACH


def grainy_photo(folder: Path, number: int) -> Path:
    """Of a night: its grain makes it too large for one piece on a slow line."""
    path = folder / f"anh-{number}.jpg"
    Image.effect_noise((1800, 1350), 40 + number).convert("RGB").save(path, "JPEG", quality=85)
    return path


def report(page: Page, folder: Path, number: int) -> None:
    """One broadcast with its own photos, written and put into the outbox."""
    page.get_by_role("button", name="Phát thanh", exact=True).click()
    for at in range(PHOTOS_EACH):
        picture = grainy_photo(folder, number * PHOTOS_EACH + at)
        page.get_by_label("Chọn ảnh").set_input_files(picture)
        expect(page.get_by_role("img", name=f"Ảnh {at + 1}")).to_be_visible(timeout=20_000)
    page.get_by_label("Giờ bắt đầu").fill(f"0{5 + number}:30")
    page.get_by_role("button", name="5 phút").click()
    page.get_by_role("button", name="FM", exact=True).click()
    page.get_by_role("textbox", name="Số cụm loa có phát").fill("8")
    page.get_by_label("Tên chương trình").fill(PROGRAMMES[number])
    page.get_by_role("button", name="Tự sản xuất").click()
    page.get_by_role("button", name="BHXH tự nguyện").click()
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.get_by_text(f"{number + 1} mục chưa xong")).to_be_visible()
    page.get_by_role("link", name="Hôm nay").click()


def reopen(phone: Phone, line: Line) -> Page:
    page = phone.open()
    page.goto(f"{line.url}/#/hop-gui")
    return page


def test_a_phone_that_dies_while_sending_loses_nothing_and_sends_nothing_twice(
    server: Server, playwright: Playwright, tmp_path: Path
) -> None:
    reporter = server.add_account("collaborator", COMMUNE, "Giàng Thị Bền")
    server.add_account("provincial_reviewer", "p-01-2025", "Lò Văn Đếm", **SIGN_IN)
    office = Office(server)
    phone = Phone(playwright, tmp_path / "profile")

    with Line(server.port, UP_BYTES_S).open() as line:
        page = phone.open()
        page.goto(reporter["enrolment_url"].replace(server.url, line.url))
        expect(page.get_by_role("button", name="Phát thanh", exact=True)).to_be_enabled(
            timeout=30_000
        )
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        phone.offline(True)
        for number in range(len(PROGRAMMES)):
            report(page, tmp_path, number)

        # 1: the server has taken all records, and its answer never comes
        with line.answers_held():
            phone.offline(False)
            wait_until(lambda: len(office.activities()) == len(PROGRAMMES), 20, "the records")
            phone.kill()

        # 2: at the tap, whatever it had begun
        page = reopen(phone, line)
        page.get_by_role("button", name=re.compile("Gửi ngay|Đang gửi")).click(force=True)
        phone.kill()

        # 3: in the first photo
        reopen(phone, line)
        line.wait_for(40_000)
        phone.kill()

        # 4: some photos on
        reopen(phone, line)
        line.wait_for(250_000)
        phone.kill()

        # 5: bytes have arrived whose receipt never comes
        reopen(phone, line)
        line.wait_for(60_000)
        with line.answers_held():
            line.wait_for_silence()
            phone.kill()

        assert not office.has_all(), "it died too late to prove anything"
        page = reopen(phone, line)
        expect(page.get_by_text("Tỉnh đã nhận 2/2 ảnh")).to_have_count(3, timeout=60_000)
        wait_until(office.has_all, 10, "all photos to be verified")

    items = office.activities()
    assert sorted(item["fields"]["programme_title"] for item in items) == sorted(PROGRAMMES)
    assert all(item["status"] == "submitted" for item in items)
    # made and submitted, each once
    assert {item["version"] for item in items} == {2}
    assert len({one["sha256"] for item in items for one in item["evidence"]}) == 6
    assert phone.errors == []
    phone.close()
