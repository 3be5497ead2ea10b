"""Figures as files for Excel: CSV that it opens rightly, and XLSX. Pure.

What people wrote never becomes a formula: in XLSX text is written as text, in CSV a sign that
would begin one is put behind an apostrophe. Not here: the figures (`statistics`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from server.scans.classify import COUNTED, REASONS, Reason

Cell = str | int
#: What Excel and its likes take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

_REASONS: Mapping[Reason, str] = {
    "replay": "Mở lại ngay", "flood": "Lặp bất thường", "staff": "Người của ngành",
    "preview": "Xem trước liên kết", "prefetch": "Trình duyệt tải trước",
    "head": "Chỉ hỏi đầu trang", "bot": "Chương trình tự động",
}  # fmt: skip
_NOT_COUNTED = [reason for reason in REASONS if reason not in COUNTED]
_NAMES = {"leaflet": "Tờ rơi", "run": "Lần in", "commune": "Địa bàn", "day": "Ngày"}


def table(figures: Mapping[str, Any]) -> list[list[Cell]]:
    """Rows of `statistics.figures`: the head, an item a row, the total."""
    head: list[Cell] = [
        "Mã", _NAMES[figures["by"]], "Số bản in", "Đã phát", "Lượt quét",
        "Người đọc, ít nhất", "Người đọc, nhiều nhất",
        *(f"Không tính: {_REASONS[reason]}" for reason in _NOT_COUNTED),
    ]  # fmt: skip
    return [head, *map(_row, figures["items"]), _row({**figures["total"], "name": "Tổng"})]


def as_csv(rows: Sequence[Sequence[Cell]]) -> bytes:
    """UTF-8 with a mark at its beginning, without which Excel spoils Vietnamese."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Sequence[Sequence[Cell]], name: str) -> bytes:
    """One sheet called `name`, its head fixed."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(name[:31])
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            style = bold if y in (0, len(rows) - 1) else None
            if isinstance(cell, str):
                sheet.write_string(y, x, cell, style)
            else:
                sheet.write_number(y, x, cell, style)
    sheet.freeze_panes(1, 2)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 48)
    sheet.set_column(2, len(rows[0]) - 1, 14)
    book.close()
    return out.getvalue()


def _row(item: Mapping[str, Any]) -> list[Cell]:
    key = "" if item["key"] == "total" else item["key"]
    low, high = item["readers"]
    return [
        key, item["name"], item["copies"], item["handed_out"], item["scans"], low, high,
        *(item["not_counted"].get(reason, 0) for reason in _NOT_COUNTED),
    ]  # fmt: skip


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
