"""Sheets of paper with codes as PDF: labels to cut, the A5 leaflet, a poster, cards for communes.

Typst sets them; what people wrote reaches it as data and is never markup. The font is embedded and
the same runs give the same bytes. Pure. Not here: who may print and what (`print_routes`), how a
sheet looks (`templates/sheets.typ`), what it says around people's words (`sheet_words.yaml`).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from server import short_codes
from server.leaflets import qr
from server.leaflets.typesetting import typeset
from server.rates import figures, tables

Form = Literal["labels", "labels_once", "a5", "poster", "poster_a3", "code_cards"]
FORMS: tuple[Form, ...] = get_args(Form)
#: The sizes that suit each form, in mm: what it takes by itself, and the largest that fits.
SIZES_MM: Mapping[Form, tuple[int, int]] = {
    "labels": (25, 80), "labels_once": (25, 80), "a5": (28, 60), "poster": (90, 100),
    "poster_a3": (127, 141), "code_cards": (28, 32),
}  # fmt: skip
#: Runs that one PDF holds: some seconds' work, and at most 250 MB for Typst.
PIECE_MAX: dict[Form, int] = {
    "labels": 100, "labels_once": 1_000, "a5": 100, "poster": 200, "poster_a3": 200,
    "code_cards": 600,
}  # fmt: skip

_A4_MM = (210, 297)
#: Room for cut marks, and what most printers leave white.
_MARGIN_MM = 10
_LABEL_WORDS_MM = 9
_CARD_ROWS = 4
_TITLE_STEPS = ((40, 44), (70, 36), (120, 28))
_CARD_TITLE_STEPS = ((40, 10.5), (80, 9))
_BOLD = re.compile(r"\*\*(.+?)\*\*")

Pieces = list[list[tuple[bool, str]]]


@dataclass(frozen=True, slots=True)
class SheetText:
    """The leaflet itself in one language; `blocks` as `contents` has them."""

    language: str
    blocks: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class SheetItem:
    """A run as paper shows it. `texts` only for the leaflet itself: a page or more for each."""

    code: str
    address: str
    title: str
    version: int
    law_date: date
    place: str
    place_detail: str
    period_from: date
    period_to: date
    copies: int
    texts: Sequence[SheetText] = ()


#: How Unicode names the letters that `typesetting.FONTS` have.
_PRINTABLE = ("LATIN", "KHMER", "COMBINING", "MODIFIER LETTER")


class UnprintableError(ValueError):
    """The font has no letters for this text: the leaflet's words in `language`, or other text."""

    def __init__(self, letter: str, language: str | None = None) -> None:
        super().__init__(letter)
        self.language = language


def sheets(form: Form, items: Sequence[SheetItem], size_mm: float | None, level: qr.Level) -> bytes:
    """A PDF with a page for each item; of cards as many as a page holds.

    `size_mm` is the symbol's side without its quiet zone; None takes what suits the form. Raises
    UnprintableError for letters that the font lacks.
    """
    size = size_mm or SIZES_MM[form][0]
    shown = [_item(form, item, level) for item in items]
    modules = max(one["modules"] for one in shown)
    data = {"form": form, "name": _name(items), "size": size, "items": shown,
            "grid": _grid(form, size * (modules + 2 * qr.QUIET_MODULES) / modules)}  # fmt: skip
    text = json.dumps(data, ensure_ascii=False)
    ensure_printable(text)
    return typeset(text)


def pieces(form: Form, items: Sequence[SheetItem]) -> list[Sequence[SheetItem]]:
    """`items` as many a piece as one PDF holds.

    Raises UnprintableError for letters that the font lacks, before anything is set.
    """
    seen: set[int] = set()  # runs of one version share its words
    for item in items:
        ensure_printable(f"{item.title}{item.place}{item.place_detail}")
        for said in item.texts:
            if id(said.blocks) not in seen:
                seen.add(id(said.blocks))
                ensure_printable(json.dumps(said.blocks, ensure_ascii=False), said.language)
    most = PIECE_MAX[form]
    return [items[start : start + most] for start in range(0, len(items), most)]


def rates_since(day: date) -> date | None:
    """The day since which every table says what it says on `day`; None where nothing is known."""
    return figures.last_change(day)


def rates_sheet(since: date) -> bytes:
    """One A4 page of every table of contributions and benefits since then, to hand out.

    `since` as `rates_since` gives it: so there are a few sheets and not one for each day.
    """
    blocks = [block for name in tables.names() if (block := _figures(name, since, "vi"))]
    title = "Bảng minh họa mức đóng, hưởng BHXH tự nguyện"
    data = {"form": "rates", "name": title, "day": _day(since), "blocks": blocks}
    return typeset(json.dumps(data, ensure_ascii=False))


def ensure_printable(text: str, language: str | None = None) -> None:
    """Raise UnprintableError for a letter of a script that is neither Latin nor Khmer."""
    for letter in set(text):
        if ord(letter) > 0x7F and unicodedata.category(letter)[0] in "LM":
            name = unicodedata.name(letter, "")
            if not name.startswith(_PRINTABLE):
                raise UnprintableError(letter, language)


def labels_a_page(size_mm: float, modules: int) -> int:
    """How many labels are cut from one sheet."""
    grid = _grid("labels", size_mm * (modules + 2 * qr.QUIET_MODULES) / modules)
    return int(grid["rows"] * grid["columns"])


def _item(form: Form, item: SheetItem, level: qr.Level) -> dict[str, Any]:
    symbol = qr.symbol_of(item.address, level)
    period = f"{_day(item.period_from)} – {_day(item.period_to)}"
    copies = f"{_number(item.copies)} tờ"
    version = _said("vi", "version", number=item.version, day=_day(item.law_date))
    place = " · ".join(part for part in (item.place, item.place_detail) if part)
    return {
        "svg": qr.svg(symbol, 10), "modules": symbol.width, "address": item.address,
        "shown": short_codes.show(item.code), "title": item.title, "version": version,
        "title-size": _fitting(item.title, _TITLE_STEPS, 22),
        "card-size": _fitting(item.title, _CARD_TITLE_STEPS, 6.5),
        "unit": item.place, "place": place, "period": period, "copies": copies,
        "line": " · ".join((short_codes.show(item.code), item.title, place, period, copies))
        if form == "labels" else " · ".join((version, place)),
        "texts": [_text(said, item, place) for said in item.texts],
    }  # fmt: skip


def _text(said: SheetText, item: SheetItem, place: str) -> dict[str, Any]:
    version = _said(said.language, "version", number=item.version, day=_day(item.law_date))
    blocks = [_block(one, item, said.language) for one in said.blocks]
    return {
        "version": version, "line": " · ".join((version, place)),
        "latest": _said(said.language, "latest"), "hotline": _said(said.language, "hotline"),
        "blocks": [block for block in blocks if block],
    }  # fmt: skip


def _grid(form: Form, whole_mm: float) -> dict[str, float]:
    """How a sheet is divided; the pieces touch, so one cut parts two."""
    wide, high = _A4_MM
    width, height = max(whole_mm, 28), whole_mm + _LABEL_WORDS_MM
    columns = int((wide - 2 * _MARGIN_MM) // width)
    rows = int((high - 2 * _MARGIN_MM) // height)
    if form == "code_cards":
        columns, rows = 2, _CARD_ROWS
        width, height = (wide - 2 * _MARGIN_MM) / 2, (high - 2 * _MARGIN_MM) / rows
    return {"columns": columns, "rows": rows, "width": width, "height": height,
            "left": (wide - columns * width) / 2, "top": (high - rows * height) / 2}  # fmt: skip


def _block(block: Mapping[str, Any], item: SheetItem, language: str) -> dict[str, Any] | None:
    if block["type"] == "figures":
        return _figures(block["table"], item.period_from, language)
    if block["type"] == "points":
        points = [{"lead": rich(one.get("lead") or ""), "text": rich(one.get("text") or "")}
                  for one in block["items"]]  # fmt: skip
        return {"type": "points", "items": points}
    return {"type": block["type"], "text": rich(block["text"])}


def rich(text: str) -> Pieces:
    """Lines of pieces, each with whether it is bold: `[[(False, "một "), (True, "hai")]]`."""
    if not text:
        return []
    return [
        [(bool(at % 2), piece) for at, piece in enumerate(_BOLD.split(line)) if piece]
        for line in text.splitlines()
    ]


def _figures(name: str, on: date, language: str) -> dict[str, Any] | None:
    """What holds when the copies are handed out, and not what held when they were made."""
    found = tables.table(name, on)
    if found is None:
        return None

    def shown(both: tables.Words) -> str:
        return both.en if language == "en" else both.vi

    return {
        "type": "figures", "title": shown(found.title), "corner": _said(language, "corner"),
        "estimated": _said(language, "estimated") if found.is_estimated else "",
        "heads": [shown(head) for head in found.heads],
        "rows": [{"label": shown(row.label), "amounts": [_number(one) for one in row.amounts]}
                 for row in found.rows],
        "footnote": _said(language, "footnote", note=shown(found.note), day=_day(found.as_of),
                          sources="; ".join(found.sources)),
    }  # fmt: skip


def _said(language: str, name: str, **values: object) -> str:
    words = _words()
    return words.get(language, words["vi"])[name].format(**values)


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    text = Path(__file__).with_name("sheet_words.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, str]] = yaml.safe_load(text)
    return found


def _name(items: Sequence[SheetItem]) -> str:
    first = items[0]
    return f"{first.title} · {short_codes.show(first.code)}" if len(items) == 1 else first.title


def _fitting(text: str, steps: Sequence[tuple[int, float]], least: float) -> float:
    return next((size for most, size in steps if len(text) <= most), least)


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _number(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")
