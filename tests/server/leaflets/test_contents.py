"""What a leaflet may say: checked block by block, kept small enough for one trip."""

from __future__ import annotations

import random
from datetime import date

import pytest

from server.leaflets import contents
from server.leaflets.contents import TABLES, lacking, normalise
from server.leaflets.queries import PublicRun, PublicVersion
from server.problems import ProblemError
from server.scans import page
from server.scans.page import Form
from server.scans.runs import KnownRun

TODAY = date(2026, 11, 20)
FIRST_TRIP = 14 * 1024


def troubles_of(languages: list[str], given: dict[str, object]) -> list[tuple[str, str]]:
    with pytest.raises(ProblemError) as raised:
        normalise(languages, given, {})
    return [(one["field"], one["code"]) for one in raised.value.extras["problems"]]


def fits(blocks: list[dict[str, str]]) -> bool:
    try:
        normalise(["vi"], {"vi": {"blocks": blocks}}, {})
    except ProblemError:
        return False
    return True


def without_order(chance: random.Random) -> str:
    letters = "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậéèẻẽẹ "
    return "".join(chance.choice(letters) for _ in range(220)).strip()


def test_blocks_come_in_one_form() -> None:
    given = {
        "vi": {"blocks": [
            {"type": "heading", "text": "  Ba điều  ", "colour": "red"},
            {"type": "points", "items": [{"lead": "Một"}]},
            {"type": "figures", "table": "household_hi"},
        ]}
    }  # fmt: skip
    assert normalise(["vi"], given, {}) == {
        "vi": {"blocks": [
            {"type": "heading", "text": "Ba điều"},
            {"type": "points", "items": [{"lead": "Một", "text": ""}]},
            {"type": "figures", "table": "household_hi"},
        ]}
    }  # fmt: skip


def test_a_language_keeps_its_audio_and_no_other_comes_in() -> None:
    audio = {"sha256": "a" * 64, "media_type": "audio/mpeg", "bytes": 10}
    given = {"vi": {"blocks": []}, "tyz": {"blocks": [], "audio": audio}}
    made = normalise(["vi", "tyz"], given, {"vi": {"audio": audio}})
    assert made["vi"]["audio"] == audio
    assert "audio" not in made["tyz"]


def test_every_mistake_is_told() -> None:
    blocks = [
        {"type": "heading", "text": ""},
        {"type": "figures", "table": "lottery"},
        {"type": "points", "items": [{"lead": "", "text": ""}]},
        {"type": "script", "text": "x"},
        "x",
    ]
    assert troubles_of(["vi", "klingon"], {"vi": {"blocks": blocks}}) == [
        ("contents", "mismatch"),
        ("vi.blocks.0.text", "length"),
        ("vi.blocks.1", "unknown"),
        ("vi.blocks.2.items.0", "empty"),
        ("vi.blocks.3", "unknown"),
        ("vi.blocks.4", "unknown"),
        ("languages", "unknown"),
    ]


def test_only_what_says_something_is_published() -> None:
    heading = {"blocks": [{"type": "heading", "text": "Ba điều"}]}
    words = {"blocks": [{"type": "paragraph", "text": "Đóng hằng tháng."}]}
    assert [one["field"] for one in lacking({"vi": heading}, has_pdf=False)] == ["vi.blocks"]
    assert lacking({"vi": heading}, has_pdf=True) == []
    assert lacking({"vi": words}, has_pdf=False) == []
    # a language that is offered and empty would be a dead end, printed form or not
    assert [one["field"] for one in lacking({"vi": words, "tyz": heading}, has_pdf=True)] == [
        "tyz.blocks"
    ]


def test_the_longest_that_is_taken_fits_the_first_trip() -> None:
    """Words without any order, which no packing makes smaller than they must be."""
    chance = random.Random(7)
    blocks: list[dict[str, str]] = [{"type": "figures", "table": name} for name in TABLES]
    while fits(longer := [*blocks, {"type": "paragraph", "text": without_order(chance)}]):
        blocks = longer
    assert troubles_of(["vi"], {"vi": {"blocks": longer}}) == [("vi.blocks", "too_long")]
    version = PublicVersion(
        "v", "l", "other", "x" * 200, 1, date(2020, 1, 1), ("vi", "tyz"),
        {"vi": {"blocks": blocks}, "tyz": {"blocks": blocks}}, "a" * 64, 9_000_000, "published",
    )  # fmt: skip
    run = PublicRun(
        "r", "K7Q3F2M9X", "active", TODAY, date(2026, 12, 31), "c-00004-2025", "c-00004-2025",
        "01", "Chợ", 500, "v", version,
    )  # fmt: skip
    made = page.leaflet_page(
        KnownRun(run, "Phường Ba Đình"), "vi", TODAY, Form("m" * 60, "1", "", "", "")
    )
    assert len(made.gzip) < FIRST_TRIP
    assert len(blocks) > 20, "and a leaflet has room for some thousand letters"


def test_options_are_those_of_the_hand_out() -> None:
    assert "voluntary_si" in contents.options("leaflet_title")
    assert "vss_supplied" in contents.options("source")
    assert "bhyt_hssv" in contents.options("topics")
