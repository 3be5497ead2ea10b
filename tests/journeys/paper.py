"""What comes out of the printer, as pictures for docs/pictures: invented runs, always the same."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pypdfium2
from PIL import Image

from server.leaflets import printing, qr
from server.leaflets.printing import Form, SheetItem, SheetText
from server.short_codes import RANDOM_BYTES, new_code
from tests.factories.leaflets import CONTENTS

DPI = 100
GAP = 16
_PLACES = ("Phường Ba Đình", "Phường Cửa Nam", "Xã Đông Anh", "Xã Sóc Sơn", "Phường Hồng Hà")
_ENGLISH = [
    {"type": "heading", "text": "Three things to remember"},
    {"type": "paragraph", "text": "Pay **every month**, have a pension when you are old."},
    {"type": "points", "items": [
        {"lead": "After 15 years", "text": "and at the age for it there is a pension."},
        {"lead": "The State pays too,", "text": "a part of each month."},
    ]},
    {"type": "figures", "table": "voluntary_si"},
]  # fmt: skip
#: Form, runs, mm of the code; of a form with several pages the first two, side by side.
_PAPERS: Sequence[tuple[Form, int, int | None]] = (
    ("labels", 1, 20), ("labels_once", 60, 20), ("a5", 1, None), ("poster", 1, None),
    ("poster_a3", 1, None), ("code_cards", 8, None),
)  # fmt: skip


def shoot_papers(folder: Path) -> None:
    """Write `print-….png` for each form; a form on A3 is larger than one on A4."""
    for form, amount, size_mm in _PAPERS:
        items = [_item(seed) for seed in range(amount)]
        document = pypdfium2.PdfDocument(printing.sheets(form, items, size_mm, qr.DEFAULT_LEVEL))
        pages = [page.render(scale=DPI / 72).to_pil() for page in list(document)[:2]]
        _beside(pages).convert("P", palette=Image.Palette.ADAPTIVE, colors=32).save(
            folder / f"print-{form.replace('_', '-')}.png", optimize=True
        )


def _item(seed: int) -> SheetItem:
    code = new_code(random.Random(seed).randbytes(RANDOM_BYTES))
    return SheetItem(
        code, qr.address_of("https://loa.vn", code), "Những điều cần biết về BHXH tự nguyện", 4,
        date(2026, 7, 1), _PLACES[seed % len(_PLACES)], "Chợ xã, sáng thứ bảy", date(2026, 10, 1),
        date(2026, 12, 31), 500,
        (SheetText("vi", CONTENTS["vi"]["blocks"]), SheetText("en", _ENGLISH)),
    )  # fmt: skip


def _beside(pages: Sequence[Image.Image]) -> Image.Image:
    wide = sum(page.width for page in pages) + GAP * (len(pages) - 1)
    whole = Image.new("RGB", (wide, max(page.height for page in pages)), "#8a94a0")
    left = 0
    for page in pages:
        whole.paste(page, (left, 0))
        left += page.width + GAP
    return whole
