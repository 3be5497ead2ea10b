"""What happens to a phone from outside: its commune is divided, another phone goes on with its
draft, it is revoked with work on it."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect

from server import clock
from tests.journeys.line import wait_until
from tests.journeys.phone import Phone
from tests.journeys.steps import fill_broadcast
from tests.support.serving import Server

DIVIDED = "c-00025-2025"
ELSEWHERE = "c-00004-2025"
WAIT_MS = 30_000
ACT = """basis: 99/NQ-UBTVQH16 (2026-11-01)
date: {day}
changes:
  - split: c-00025-2025
    into: [{{code: "99990", name: Mẫu Đông, type: phường}}, {{code: "99991", name: Mẫu Tây, type: phường}}]
    heir: "99990"
"""  # noqa: E501  an act as it is written

pytestmark = pytest.mark.journey


@pytest.fixture
def phones(playwright: Playwright, tmp_path: Path) -> Iterator[list[Phone]]:
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


def begin_report(page: Page, folder: Path, first_photo: int) -> None:
    page.get_by_role("button", name="Phát thanh", exact=True).click()
    fill_broadcast(page, folder, first_photo)
    expect(page.get_by_text(re.compile(r"Đã lưu trên máy \d"))).to_be_visible(timeout=WAIT_MS)


def send(page: Page) -> None:
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.get_by_role("heading", name="Hộp gửi")).to_be_visible(timeout=WAIT_MS)


def rows(server: Server, question: str, *values: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(server.folder / "loa.sqlite3")) as database:
        return database.execute(question, values).fetchall()


def verified(server: Server) -> int:
    ((count,),) = rows(server, "SELECT count(*) FROM photo WHERE state = 'verified'")
    return int(count)


def test_a_divided_commune_asks_where_it_was(
    server: Server, phones: list[Phone], tmp_path: Path
) -> None:
    author = server.add_account("collaborator", DIVIDED, "Bùi Thị Chia")
    phone = phones[0]
    page = enrol(phone, author["enrolment_url"])
    phone.offline(True)
    begin_report(page, tmp_path, 1)
    send(page)
    act = tmp_path / "act.yaml"
    act.write_text(ACT.format(day=clock.today_in_vietnam(clock.now())), encoding="utf-8")
    server.loa("places", "change", str(act))
    server.loa("places", "move")
    phone.offline(False)
    page.get_by_role("radio", name=re.compile("Mẫu Tây")).check(timeout=60_000)
    page.get_by_role("button", name="Gửi cho nơi này").click()
    expect(page.get_by_text("Không có gì chờ gửi")).to_be_visible(timeout=60_000)
    found = rows(
        server, "SELECT status, scope FROM activity WHERE author_id = ?", author["account"]
    )
    assert [status for status, _ in found] == ["submitted"]
    assert "99991" in found[0][1]
    settled = rows(server, "SELECT DISTINCT settlement FROM parked_operation")
    assert settled == [("instead",)]


def test_another_phone_goes_on_with_a_draft(
    server: Server, phones: list[Phone], tmp_path: Path
) -> None:
    author = server.add_account("collaborator", ELSEWHERE, "Đinh Văn Dở")
    first, second = phones
    page = enrol(first, author["enrolment_url"])
    begin_report(page, tmp_path, 3)
    page.goto(f"{server.url}/#/hop-gui")
    page.get_by_role("button", name="Gửi ngay").click()
    wait_until(
        lambda: rows(server, "SELECT 1 FROM feed_document WHERE type = 'draft'") != [],
        60,
        "the copy",
    )
    first.kill()
    again = server.loa("accounts", "enrol", author["account"], "--json")
    other = enrol(second, again["enrolment_url"])
    other.get_by_role("link", name=re.compile("1 bản nháp")).click(timeout=60_000)
    other.get_by_role("button", name="Lấy về máy này").click()
    expect(other.get_by_label("Tên chương trình")).to_have_value(
        "Lương hưu cho lao động tự do", timeout=WAIT_MS
    )


def test_a_revoked_phone_hands_over_what_it_holds(
    server: Server, phones: list[Phone], tmp_path: Path
) -> None:
    author = server.add_account("collaborator", ELSEWHERE, "Hoàng Thị Thôi")
    phone = phones[0]
    page = enrol(phone, author["enrolment_url"])
    phone.offline(True)
    begin_report(page, tmp_path, 5)
    send(page)
    before = verified(server)
    server.loa("accounts", "disable", author["account"])
    phone.offline(False)
    expect(page.get_by_text("Máy này đã bị thu hồi")).to_be_visible(timeout=60_000)
    parked = "SELECT DISTINCT reason FROM parked_operation WHERE author_id = ?"
    assert rows(server, parked, author["account"]) == [("revoked",)]
    wait_until(lambda: verified(server) == before + 2, 60, "its photos")
