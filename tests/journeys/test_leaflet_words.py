"""A leaflet's words after its paper is out: a draft seen as it is written, its PDF, another version
behind the same printed code. Not here: the first way of a leaflet (`test_leaflets`)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, expect
from sqlalchemy import create_engine, select

from server import short_codes
from server.accounts.models import AuditEntry
from server.leaflets.models import LeafletVersion
from tests.journeys.browsers import ARGUMENTS, CHROMIUM, PHONE
from tests.journeys.steps import sign_in
from tests.journeys.test_leaflets import PLANNER, TEXT, TITLE, make_run, write_leaflet
from tests.support.serving import Server

NEW_TEXT = "Từ 1/7/2026 Nhà nước đóng giúp nhiều hơn."


@pytest.fixture(scope="module")
def wide_browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def desk(server: Server, wide_browser: Browser) -> Page:
    """A planner at the desk."""
    server.add_account("planner", "p-01-2025", "Bế Văn Kế", **PLANNER)
    page = sign_in(wide_browser, server, PLANNER)
    page.get_by_role("link", name="Tờ QR").click()
    return page


@pytest.fixture(scope="module")
def code(desk: Page) -> str:
    """What stands on paper, whose code shows version 1."""
    write_leaflet(desk)
    return make_run(desk)


@pytest.fixture
def reader(wide_browser: Browser) -> Iterator[Page]:
    page = wide_browser.new_context(**PHONE).new_page()
    yield page
    page.context.close()


def begin_draft(desk: Page) -> None:
    """The next version of the leaflet, begun and opened."""
    desk.get_by_role("link", name="Nội dung tờ").click()
    desk.get_by_role("link", name=TITLE).click()
    desk.get_by_role("button", name="Làm bản mới").click()
    expect(desk.get_by_role("button", name="Phát hành")).to_be_visible()


def publish(desk: Page, number: int) -> None:
    desk.get_by_role("button", name="Phát hành").click()
    desk.get_by_role("alertdialog").get_by_role("button", name="Phát hành").click()
    expect(desk.get_by_text(f"Đã phát hành bản {number}")).to_be_visible()


def show_version(desk: Page, number: int) -> None:
    """Let the printed code show another version."""
    desk.get_by_role("link", name="Lần in", exact=True).click()
    desk.reload()
    panel = desk.get_by_role("complementary")
    panel.locator("summary").click()
    chosen = panel.get_by_label("Đổi trang mà mã mở ra")
    chosen.select_option(label=f"bản {number} · luật 01/07/2026")
    panel.get_by_role("button", name="Cho mã mở bản này").click()
    expect(desk.get_by_text("nay mở bản đã chọn")).to_be_visible()


def soon_says(reader: Page, address: str, words: str) -> int:
    """The answer's status once the page says `words`: a server believes a run some seconds."""
    for _ in range(30):
        answer = reader.goto(address)
        assert answer is not None
        assert answer.request.redirected_from is None
        if reader.get_by_text(words).is_visible():
            return answer.status
        reader.wait_for_timeout(500)
    raise AssertionError(reader.content())


def test_a_draft_is_seen_as_it_is_written(desk: Page, code: str, pictures: Path) -> None:
    """Each word at once, tables with the figures of today; it is there again when it was saved."""
    begin_draft(desk)
    seen = desk.get_by_role("article", name="Người đọc thấy")
    expect(seen).to_contain_text(TEXT)
    desk.get_by_role("textbox", name="2. Đoạn văn").fill(f"**Tin mới:** {NEW_TEXT}")
    expect(seen).to_contain_text(f"Tin mới: {NEW_TEXT}")
    expect(seen.locator("strong")).to_have_text("Tin mới:")
    expect(seen).not_to_contain_text(TEXT)
    desk.get_by_role("button", name="+ Bảng mức").click()
    poor = seen.get_by_role("row", name=re.compile("Hộ nghèo"))
    expect(poor).to_contain_text("165.000")
    desk.screenshot(path=pictures / "console-draft.png")
    desk.get_by_role("combobox", name="3. Bảng mức").select_option(index=3)
    expect(poor).to_have_count(0)
    expect(seen.get_by_role("table")).to_be_visible()
    desk.get_by_role("button", name="Đưa phần 3 lên").click()
    assert seen.inner_text().index("Tin mới") > seen.inner_text().index("Người thứ")
    desk.get_by_role("button", name="Bỏ phần 2").click()
    expect(seen.get_by_role("table")).to_have_count(0)
    desk.get_by_role("button", name="Lưu bản soạn").click()
    expect(desk.get_by_text("Đã lưu bản soạn")).to_be_visible()
    desk.reload()
    expect(seen).to_contain_text(NEW_TEXT)


def test_a_pdf_is_put_to_the_draft_and_opened_on_a_phone(
    server: Server, desk: Page, code: str, reader: Page, tmp_path: Path
) -> None:
    paper = tmp_path / "ban-in.pdf"
    Image.new("RGB", (620, 874), "white").save(paper, "PDF", resolution=75)
    desk.get_by_label("Gắn PDF").set_input_files(paper)
    expect(desk.get_by_role("link", name=re.compile("Bản in PDF"))).to_be_visible()
    publish(desk, 2)
    assert soon_says(reader, f"{server.url}/q/{code}", TEXT) == 200
    assert reader.get_by_role("link", name=re.compile("PDF")).count() == 0, "version 1 had none"
    show_version(desk, 2)
    soon_says(reader, f"{server.url}/q/{code}", NEW_TEXT)
    link = reader.get_by_role("link", name=re.compile(r"Xem bản in \(PDF\) · \d+ KB"))
    size = paper.stat().st_size
    expect(link).to_contain_text(f"{max(1, round(size / 1000))} KB")
    answer = reader.request.get(f"{server.url}{link.get_attribute('href')}")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    assert int(answer.headers["content-length"]) == size
    assert answer.headers["content-disposition"] == f'inline; filename="to-roi-{code}.pdf"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.body() == paper.read_bytes()
    with pypdfium2.PdfDocument(io.BytesIO(answer.body())) as opened:
        assert len(opened) == 1


def test_a_printed_code_shows_what_was_chosen_last_and_the_log_tells_which(
    server: Server, desk: Page, code: str, reader: Page
) -> None:
    """The page itself and never a redirect, so no phone keeps the words of before."""
    address = f"{server.url}/Q/{code}"
    assert soon_says(reader, address, NEW_TEXT) == 200
    show_version(desk, 1)
    assert soon_says(reader, address, TEXT) == 200
    expect(reader.get_by_role("link", name=re.compile("PDF"))).to_have_count(0)
    expect(desk.get_by_role("complementary")).to_contain_text(short_codes.show(code))
    engine = create_engine(f"sqlite:///{server.folder}/loa.sqlite3")
    with engine.connect() as connection:
        numbers = dict(connection.execute(select(LeafletVersion.id, LeafletVersion.number)).all())
        told = connection.scalars(
            select(AuditEntry.details)
            .where(AuditEntry.action == "print_run.redirect").order_by(AuditEntry.seq)
        ).all()  # fmt: skip
    engine.dispose()
    moves = [[numbers[one] for one in re.findall(r"[0-9a-f-]{36}", words)] for words in told]
    assert moves == [[1, 2], [2, 1]]
