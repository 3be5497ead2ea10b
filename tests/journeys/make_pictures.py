"""`make pictures`: screens over demo data, light and dark, into docs/pictures, to be looked at."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.journeys.browsers import ARGUMENTS, CHROMIUM, DESK, PHONE
from tests.journeys.paper import shoot_papers
from tests.journeys.scenes import Handset, ask_to_amend, be_set_aside, disagree
from tests.support.serving import ROOT, Server

OUT = ROOT / "docs" / "pictures"
#: How a phone's screens are looked at: scheme, ending of the file's name, width.
VIEWS = (("light", "", 360), ("dark", "-dark", 360), ("light", "-320", 320))


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    shoot_papers(OUT)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        server.loa("init")
        server.loa("demo")
        with server.running("--workers", "1"), sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM, args=ARGUMENTS, env={**os.environ, "LANGUAGE": "vi"}
            )
            for scheme in ("light", "dark"):
                ending = "" if scheme == "light" else "-dark"
                phone(browser, server, scheme, ending, width=360)
                console(browser, server, scheme, ending)
            phone(browser, server, "light", "-320", width=320)
            disputed = disputes(server)
            for scheme, ending, width in VIEWS:
                two_values(browser, server, scheme, ending, width, disputed)
            for scheme, ending in (("light", ""), ("dark", "-dark")):
                queues(browser, server, scheme, ending)
                phones(browser, server, scheme, ending)
                leaflets(browser, server, scheme, ending)
            for scheme, ending, width in VIEWS:
                scanning(browser, server, scheme, ending, width)
                illustration(browser, server, scheme, ending, width)
            browser.close()


def invitation(server: Server) -> str:
    """A fresh link for the demo's collaborator."""
    link = re.search(r"http\S+#noi-may=\S+", server.loa("demo"))
    assert link
    return link.group()


def enrolled(browser: Browser, server: Server, scheme: str, width: int) -> Page:
    settings = {**PHONE, "viewport": {"width": width, "height": 740}, "color_scheme": scheme}
    page = browser.new_context(**settings).new_page()
    page.goto(invitation(server))
    page.get_by_role("button", name=re.compile("Như lần trước")).wait_for(timeout=30_000)
    return page


def phone(browser: Browser, server: Server, scheme: str, ending: str, width: int) -> None:
    page = enrolled(browser, server, scheme, width)
    shoot(page, f"field-home{ending}")
    page.get_by_role("button", name=re.compile("Như lần trước")).click()
    page.get_by_label("Ngày phát").wait_for()
    shoot(page, f"field-form{ending}")
    page.get_by_role("link", name="Quay lại").click()
    page.get_by_role("link", name="Hoạt động").click()
    shoot(page, f"field-activities{ending}")
    page.get_by_role("link", name="Hộp gửi").click()
    shoot(page, f"field-outbox{ending}")
    page.context.close()


def disputes(server: Server) -> dict[str, str]:
    """What people have to decide about; the activities by what is the matter with them."""
    handset = Handset(server, invitation(server))
    found = {"conflict": disagree(handset), "amendment": ask_to_amend(handset)}
    be_set_aside(handset)
    return found


def two_values(
    browser: Browser, server: Server, scheme: str, ending: str, width: int, disputed: dict[str, str]
) -> None:
    page = enrolled(browser, server, scheme, width)
    for name, activity in disputed.items():
        page.goto(f"{server.url}/#/hoat-dong/{activity}")
        page.get_by_role("heading", name=re.compile("Hai bản|Bản sửa")).wait_for(timeout=30_000)
        shoot(page, f"field-{name}{ending}")
    page.goto(f"{server.url}/#/gui-ho")
    page.get_by_role("heading", name="Gửi hộ đồng nghiệp").wait_for()
    shoot(page, f"field-courier{ending}")
    page.context.close()


def queues(browser: Browser, server: Server, scheme: str, ending: str) -> None:
    page = signed_in(browser, server, scheme)
    page.get_by_role("link", name=re.compile("^Xung đột")).click()
    page.get_by_role("button", name=re.compile("Giữ bản hiện tại")).first.wait_for()
    page.keyboard.press("2")
    shoot(page, f"console-conflict{ending}")
    page.get_by_role("link", name=re.compile("^Gác lại")).click()
    page.get_by_role("heading", name="Đang chờ trong bản này").wait_for()
    shoot(page, f"console-parked{ending}")
    page.get_by_role("link", name=re.compile("^Nghi trùng")).click()
    page.get_by_role("button", name=re.compile("Giữ A làm bản chính")).wait_for()
    page.keyboard.press("a")
    shoot(page, f"console-duplicates{ending}")
    page.context.close()


def phones(browser: Browser, server: Server, scheme: str, ending: str) -> None:
    page = signed_in(browser, server, scheme, "quantri.20")
    page.get_by_role("link", name="Máy").click()
    page.get_by_role("heading", name="Máy của cộng tác viên").wait_for()
    shoot(page, f"console-phones{ending}")
    page.context.close()


def signed_in(browser: Browser, server: Server, scheme: str, who: str = "duyet.20") -> Page:
    details = json.loads((server.folder / "demo-20.json").read_text(encoding="utf-8"))
    page = browser.new_context(**{**DESK, "color_scheme": scheme}).new_page()
    page.goto(f"{server.url}/console")
    page.get_by_label("Tên đăng nhập").fill(who)
    page.get_by_label("Mật khẩu").fill(details["sign_in"][who])
    page.get_by_role("button", name="Đăng nhập").click()
    page.get_by_role("button", name="Đăng xuất").wait_for()
    return page


def scanning(browser: Browser, server: Server, scheme: str, ending: str, width: int) -> None:
    page = enrolled(browser, server, scheme, width)
    page.get_by_role("link", name="Quét mã tờ rơi").click()
    page.get_by_role("alert").wait_for(timeout=20_000)
    field = page.get_by_label("Hoặc gõ mã in cạnh mã QR")
    field.fill("YPR PA8 MHW")
    shoot(page, f"field-scan{ending}")
    page.context.close()


def illustration(browser: Browser, server: Server, scheme: str, ending: str, width: int) -> None:
    settings = {**PHONE, "viewport": {"width": width, "height": 740}, "color_scheme": scheme}
    page = browser.new_context(**settings).new_page()
    page.goto(f"{server.url}/minh-hoa?muc=3.000.000&ngay=2026-11-20")
    page.get_by_role("button", name="Tính").evaluate("element => element.scrollIntoView()")
    shoot(page, f"public-illustration{ending}")
    page.context.close()


def leaflets(browser: Browser, server: Server, scheme: str, ending: str) -> None:
    page = signed_in(browser, server, scheme, "kehoach.20")
    page.get_by_role("link", name="Tờ QR").click()
    page.get_by_role("heading", name="In tờ QR").wait_for()
    page.get_by_role("img", name=re.compile("lượt quét trong")).wait_for()
    shoot(page, f"console-leaflets{ending}")
    page.get_by_role("link", name="Nội dung tờ").click()
    page.get_by_role("link", name="Những điều cần biết về BHXH tự nguyện").click()
    preview = page.get_by_role("article", name="Người đọc thấy")
    preview.get_by_role("row", name=re.compile("Hộ nghèo")).wait_for()
    shoot(page, f"console-leaflet-texts{ending}")
    page.context.close()


def console(browser: Browser, server: Server, scheme: str, ending: str) -> None:
    page = signed_in(browser, server, scheme)
    page.get_by_role("button", name=re.compile("^Duyệt")).wait_for()
    shoot(page, f"console-review{ending}")
    page.get_by_role("link", name="Phụ lục").click()
    page.get_by_role("row", name=re.compile(r"^I\.4 ")).wait_for()
    shoot(page, f"console-annex{ending}")
    page.context.close()


def shoot(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)  # pictures decode after the network is quiet
    page.screenshot(path=OUT / f"{name}.png")


if __name__ == "__main__":
    sys.exit(main())
