"""What somebody sees who has just been connected, with nothing recorded yet: on a small phone, too,
what to tap is in sight without scrolling, in sun and in the dark."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys import accessibility
from tests.journeys.browsers import PHONE
from tests.support.serving import Server

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("width", "height", "last"), [(360, 740, "Quét mã tờ rơi"), (320, 568, "Tặng thẻ, sổ")]
)
def test_what_to_tap_is_in_sight(
    server: Server,
    desk_browser: Browser,
    width: int,
    height: int,
    last: str,
    scheme: Literal["light", "dark"],
) -> None:
    account = server.add_account("collaborator", "c-00008-2025", "Hoàng Thị Mới")
    sized = {**PHONE, "viewport": {"width": width, "height": height}, "color_scheme": scheme}
    page = desk_browser.new_context(**sized).new_page()
    page.goto(account["enrolment_url"])
    expect(page.get_by_role("button", name="Phát thanh", exact=True)).to_be_enabled(timeout=30_000)
    expect(page.get_by_role("heading", level=2)).to_contain_text("Chào anh/chị Mới")
    bar = page.get_by_role("navigation").bounding_box()
    button = page.locator("a, button").get_by_text(last).bounding_box()
    assert bar is not None
    assert button is not None
    assert button["y"] + button["height"] <= bar["y"]
    page.evaluate("scrollTo(0, document.body.scrollHeight)")  # nothing half behind the bar
    assert accessibility.faults(page, accessibility.SERIOUS) == []
    page.context.close()
