"""What a version of a leaflet says: checked, in one normal form, small enough for one trip. Pure.

A page must reach a phone on 2G in its first 14 KiB, so words are weighed as they travel, packed.
Of marks only `**bold**` is known, and everything else is text. Not here: how a page shows it
(`scans.page`), and files (`files`).
"""

from __future__ import annotations

import gzip
import json
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from server import catalogue, problems
from server.problems import ProblemError
from server.rates import tables

BLOCKS_MAX = 40
ITEMS_MAX = 20
HEADING_MAX = 160
LEAD_MAX = 120
TEXT_MAX = 2_000
LANGUAGES_MAX = 8
#: A language's blocks, packed: with the page's own words, style and form they stay below 14 KiB.
PACKED_MAX = 7_000
#: Tables of contributions and benefits that a page can show.
TABLES = tables.names()

Trouble = dict[str, Any]


@cache
def options(field: str) -> frozenset[str]:
    """Ids that the hand-out's field offers: leaflets and reports speak of the same things."""
    return frozenset(one.id for one in catalogue.kinds()["leaflet_handout"].fields[field].options)


def normalise(
    languages: Sequence[str], contents: Mapping[str, Any], before: Mapping[str, Any]
) -> dict[str, Any]:
    """`contents` in normal form; each language keeps the audio that it has in `before`.

    Raises `invalid` with every mistake: `{"field": "vi.blocks.3.text", "code", "vi", "en"}`.
    """
    found: list[Trouble] = []
    known = options("languages")
    if not languages or len(languages) > LANGUAGES_MAX or len(set(languages)) < len(languages):
        found.append(_trouble("languages", "length", "Cần từ 1 đến 8 ngôn ngữ, mỗi thứ một lần.",
                              "One to eight languages, each once."))  # fmt: skip
    if set(languages) != set(contents):
        found.append(_trouble("contents", "mismatch", "Mỗi ngôn ngữ phải có nội dung.",
                              "Every language needs its content."))  # fmt: skip
    made: dict[str, Any] = {}
    for language in dict.fromkeys(languages):
        if language not in known:
            found.append(_trouble("languages", "unknown", f"Không có ngôn ngữ «{language[:20]}».",
                                  "No such language."))  # fmt: skip
            continue
        given = contents.get(language)
        blocks = _blocks(found, language, given if isinstance(given, Mapping) else {})
        made[language] = {"blocks": blocks}
        if audio := before.get(language, {}).get("audio"):
            made[language]["audio"] = audio
    if found:
        raise ProblemError(problems.INVALID, problems=found)
    return made


def lacking(contents: Mapping[str, Any], *, has_pdf: bool) -> list[Trouble]:
    """What a version needs before readers may see it."""
    empty = [language for language, content in contents.items() if not says_something(content)]
    if has_pdf and len(empty) == len(contents):
        return []  # the printed leaflet says it all
    return [
        _trouble(f"{language}.blocks", "empty", f"Phần «{language}» chưa có nội dung.",
                 f"The part in {language!r} says nothing yet.")
        for language in empty
    ]  # fmt: skip


def says_something(content: Mapping[str, Any]) -> bool:
    """Whether there is more than headings."""
    return any(block["type"] != "heading" for block in content.get("blocks", ()))


def _blocks(found: list[Trouble], language: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    blocks = given.get("blocks", [])
    where = f"{language}.blocks"
    if not isinstance(blocks, list) or len(blocks) > BLOCKS_MAX:
        found.append(_trouble(where, "length", f"Tối đa {BLOCKS_MAX} đoạn.",
                              f"At most {BLOCKS_MAX} blocks."))  # fmt: skip
        return []
    made = [_block(found, f"{where}.{at}", block) for at, block in enumerate(blocks)]
    packed = gzip.compress(json.dumps(made, ensure_ascii=False).encode(), 9, mtime=0)
    if len(packed) > PACKED_MAX:
        over = round(100 * len(packed) / PACKED_MAX) - 100
        found.append(_trouble(where, "too_long", f"Dài hơn mức cho phép {over + 1}%: trang phải mở"
                              " được ngay trên mạng yếu. Rút gọn hoặc đưa vào tệp PDF.",
                              f"{over + 1}% too long for a page that opens at once on a weak"
                              " network."))  # fmt: skip
    return made


def _block(found: list[Trouble], where: str, given: Any) -> dict[str, Any]:
    type = given.get("type") if isinstance(given, Mapping) else None
    if type == "heading":
        return {"type": type, "text": _text(found, f"{where}.text", given.get("text"), HEADING_MAX)}
    if type == "paragraph":
        return {"type": type, "text": _text(found, f"{where}.text", given.get("text"), TEXT_MAX)}
    if type == "points":
        return {"type": type, "items": _items(found, f"{where}.items", given.get("items"))}
    if type == "figures" and given.get("table") in TABLES:
        return {"type": type, "table": given["table"]}
    found.append(_trouble(where, "unknown", "Không có loại đoạn hay bảng này.",
                          "No such block or table."))  # fmt: skip
    return {"type": "paragraph", "text": ""}


def _items(found: list[Trouble], where: str, given: Any) -> list[dict[str, str]]:
    if not isinstance(given, list) or not 1 <= len(given) <= ITEMS_MAX:
        found.append(_trouble(where, "length", f"Cần từ 1 đến {ITEMS_MAX} ý.",
                              f"One to {ITEMS_MAX} points."))  # fmt: skip
        return []
    made = []
    for at, item in enumerate(given):
        item = item if isinstance(item, Mapping) else {}
        lead, text = item.get("lead") or "", item.get("text") or ""
        both = {"lead": _text(found, f"{where}.{at}.lead", lead, LEAD_MAX, least=0),
                "text": _text(found, f"{where}.{at}.text", text, TEXT_MAX, least=0)}  # fmt: skip
        if not both["lead"] and not both["text"]:
            found.append(_trouble(f"{where}.{at}", "empty", "Ý này còn trống.",
                                  "This point is empty."))  # fmt: skip
        made.append(both)
    return made


def _text(found: list[Trouble], where: str, given: Any, most: int, least: int = 1) -> str:
    if not isinstance(given, str):
        found.append(_trouble(where, "type", "Cần là chữ.", "Text is needed."))
        return ""
    lines = unicodedata.normalize("NFC", given).strip().splitlines()
    text = "\n".join(
        "".join(letter for letter in line if letter.isprintable()).strip() for line in lines
    )
    if not least <= len(text) <= most:
        found.append(_trouble(where, "length", f"Cần từ {least} đến {most} chữ.",
                              f"{least} to {most} characters."))  # fmt: skip
    return text


def _trouble(field: str, code: str, vi: str, en: str) -> Trouble:
    return {"field": field, "code": code, "vi": vi, "en": en}
