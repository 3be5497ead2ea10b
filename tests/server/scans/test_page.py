"""The page as HTML: its size, its words, its parts."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from server.leaflets.queries import PublicRun, PublicVersion
from server.scans.call_backs import CONSENT
from server.scans.page import (
    NOTICES,
    POLICY,
    Form,
    leaflet_page,
    notice_page,
    size_in_words,
    words_in,
)
from server.scans.runs import KnownRun

TODAY = date(2026, 11, 20)
POINTS = {"type": "points", "items": [{"lead": "Đủ 15 năm", "text": "đóng."}]}
HEADING = {"type": "heading", "text": "Đăng ký ở đâu?"}
PARAGRAPH = {"type": "paragraph", "text": "Ở cơ quan gần nhất. " * 30}


def known(contents: dict[str, Any]) -> KnownRun:
    version = PublicVersion(
        "v", "l", "voluntary_si", "BHXH tự nguyện", 1, date(2026, 7, 1), tuple(contents), contents,
        None, None, "published",
    )  # fmt: skip
    run = PublicRun(
        "r", "K7Q3F2M90", "active", date(2026, 11, 1), date(2026, 12, 1), "c", "c", "01", "", 500,
        "v", version,
    )  # fmt: skip
    return KnownRun(run, "Xã Văn Lang")


def html(*blocks: dict[str, Any], language: str | None = None, form: Form | None = None) -> str:
    contents = {"vi": {"blocks": list(blocks)}, "en": {"blocks": list(blocks)}}
    return leaflet_page(known(contents), language, TODAY, form or Form()).plain.decode()


def test_a_long_leaflet_still_fits_the_first_trip() -> None:
    contents = {"vi": {"blocks": [HEADING, POINTS, PARAGRAPH] * 12}}
    made = leaflet_page(known(contents), "vi", TODAY, Form())
    assert len(made.plain) > 14_000
    assert max(len(made.br), len(made.gzip)) < 6_000


@pytest.mark.parametrize(
    ("blocks", "before"),
    [
        ([POINTS, HEADING, PARAGRAPH], "Đăng ký ở đâu?"),
        ([HEADING, PARAGRAPH, HEADING, POINTS], "Đủ 15 năm"),
        ([PARAGRAPH], "Gọi lại cho tôi"),
        ([], "Gọi lại cho tôi"),
    ],
)
def test_the_hotline_stands_early_and_never_between_a_heading_and_its_words(
    blocks: list[dict[str, Any]], before: str
) -> None:
    page = html(*blocks)
    assert page.count('class="call"') == 1
    assert page.index('class="call"') < page.index(before)
    assert not re.search(r"</h2>\s*<a class=\"call\"", page)


def test_the_tick_is_not_set_and_names_its_wording() -> None:
    page = html(PARAGRAPH, form=Form(mark="m" * 24, consent=CONSENT))
    assert f'name="consent" value="{CONSENT}" required' in page
    assert "checked" not in page
    assert "<details" in page
    assert '<details id="goi-lai" open' not in page


def test_what_is_wrong_with_the_form_is_said_where_it_stands() -> None:
    page = html(PARAGRAPH, form=Form(name='"><b>', phone="12", error="Số sai."))
    assert '<details id="goi-lai" open' in page
    assert 'role="alert"' in page
    assert 'value="&#34;&gt;&lt;b&gt;"' in page


def test_another_language_speaks_its_words() -> None:
    page = html(PARAGRAPH, language="en")
    assert '<html lang="en">' in page
    assert "Call me back" in page
    assert html(PARAGRAPH, language="xx") == html(PARAGRAPH, language="vi")


def test_both_languages_have_all_words() -> None:
    assert set(words_in("vi")) == set(words_in("en"))
    assert words_in("tyz") == words_in("vi")


@pytest.mark.parametrize("notice", NOTICES)
def test_every_notice_names_the_hotline(notice: Any) -> None:
    page = notice_page(notice, typed="<x>").plain.decode()
    assert 'href="tel:19009068"' in page
    assert "<x>" not in page
    assert ("http-equiv" in page) == (notice == "busy")


def test_the_policy_allows_what_stands_in_the_page_and_no_more() -> None:
    assert POLICY.count("sha256-") == 2
    assert "unsafe" not in POLICY
    assert " on" not in re.sub(r"<script>.*?</script>", "", html(POINTS)).split("<body>")[1]


def test_sizes() -> None:
    assert size_in_words(410_200) == "410 KB"
    assert size_in_words(1_260_000) == "1,3 MB"
