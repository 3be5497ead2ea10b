"""Lists of print runs as sheets of Excel: the template that is filled in, and reading it. Pure.

A sheet is refused before it is unpacked if it would grow beyond measure. Cells come as Excel holds
them: a code may be a number, a day may be text. Not here: which commune a name means (`orders`).
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from server import problems
from server.leaflets.orders import Order, Troubles
from server.leaflets.runs import RUNS_MAX
from server.places import folding
from server.problems import ProblemError

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BYTES_MAX = 1024 * 1024
UNPACKED_MAX = 24 * 1024 * 1024
MEMBERS_MAX = 100
TEXT_MAX = 400
COLUMNS_MAX = 30

#: (column, its head, what it is called as well), in the template's order.
_HEADS: Sequence[tuple[str, str, tuple[str, ...]]] = (
    ("place", "Xã, phường, đặc khu (tên hoặc mã)", ("xa", "xa phuong", "dia ban", "ma xa")),
    ("copies", "Số bản in", ("so ban", "so luong", "so to", "copies")),
    ("place_detail", "Nơi phát", ("noi phat", "dia diem", "thon", "place")),
    ("period_from", "Từ ngày", ("tu", "ngay bat dau", "from")),
    ("period_to", "Đến ngày", ("den", "ngay ket thuc", "to")),
)  # fmt: skip
_NEEDED = frozenset({"place", "copies", "period_from", "period_to"})
_DAY_FORMS = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d")
_WORDS = {
    "copies": ("Số bản phải là số nguyên, như 500.", "Copies must be a whole number."),
    "period_from": ("Ngày phải như 01/12/2026.", "A day such as 01/12/2026 is needed."),
    "period_to": ("Ngày phải như 31/12/2026.", "A day such as 31/12/2026 is needed."),
    "place": ("Thiếu tên hoặc mã xã.", "The commune's name or code is missing."),
}


def read(content: bytes) -> tuple[list[Order], Troubles]:
    """The orders of the first sheet that can be read, and what is wrong with the others.

    `row` is the sheet's own number. Raises `leaflet-file-refused` for what is no sheet.
    """
    rows = _rows(content)
    troubles = Troubles()
    head_at, columns = _columns(rows)
    missing = [head for name, head, _ in _HEADS if name in _NEEDED - columns.keys()]
    for head in missing:
        troubles.add(head_at + 1, "head", "missing", f"Thiếu cột «{head}».",
                     f"The column {head!r} is missing.")  # fmt: skip
    if missing:
        return [], troubles
    orders = []
    for at, row in enumerate(rows[head_at + 1 :], head_at + 2):
        cells = {name: row[x] if x < len(row) else "" for name, x in columns.items()}
        if any(str(value).strip() for value in cells.values()):
            order = _order(at, cells, troubles)
            if order is not None:
                orders.append(order)
        if len(orders) + len(troubles.found) > RUNS_MAX:
            troubles.add(at, "runs", "length", f"Tối đa {RUNS_MAX} dòng.",
                         f"At most {RUNS_MAX} rows.")  # fmt: skip
            break
    return orders, troubles


def template(examples: Sequence[tuple[str, str]], first: date, last: date) -> bytes:
    """A sheet with the heads and `examples`, `(name, code)` of communes, to be overwritten."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet("Lần in")
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for x, (_, head, _) in enumerate(_HEADS):
        sheet.write_string(0, x, head, bold)
    for y, (name, _) in enumerate(examples, 1):
        sheet.write_string(y, 0, name)
        sheet.write_number(y, 1, 500)
        sheet.write_string(y, 2, "Chợ xã")
        sheet.write_datetime(y, 3, datetime.combine(first, datetime.min.time()), day)
        sheet.write_datetime(y, 4, datetime.combine(last, datetime.min.time()), day)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, 4, 16)
    known = book.add_worksheet("Mã xã")
    for x, head in enumerate(("Tên", "Mã")):
        known.write_string(0, x, head, bold)
    for y, (name, code) in enumerate(examples, 1):
        known.write_string(y, 0, name)
        known.write_string(y, 1, code)
    known.set_column(0, 0, 36)
    book.close()
    return out.getvalue()


def _rows(content: bytes) -> list[list[Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = packed.infolist()
        is_fit = len(members) <= MEMBERS_MAX
        if not is_fit or sum(one.file_size for one in members) > UNPACKED_MAX:
            raise ProblemError(problems.TOO_LARGE, max_bytes=UNPACKED_MAX)
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
        if sheet.total_height > 4 * RUNS_MAX or sheet.total_width > COLUMNS_MAX:
            raise ProblemError(problems.TOO_LARGE)
        return sheet.to_python(skip_empty_area=False)
    except (zipfile.BadZipFile, CalamineError, IndexError, ValueError, OSError) as error:
        raise ProblemError(problems.LEAFLET_FILE_REFUSED, wanted="xlsx") from error


def _columns(rows: Sequence[Sequence[Any]]) -> tuple[int, dict[str, int]]:
    """Which row holds the heads (from 0), and where each column stands."""
    best: tuple[int, dict[str, int]] = (0, {})
    for at, row in enumerate(rows[:20]):
        found: dict[str, int] = {}
        for x, cell in enumerate(row):
            name = _named(folding.fold(str(cell)))
            if name is not None:
                found.setdefault(name, x)
        if len(found) > len(best[1]):
            best = (at, found)
    return best


def _named(folded: str) -> str | None:
    for name, head, others in _HEADS:
        if folded == folding.fold(head) or folded in others:
            return name
    return None


def _order(at: int, cells: Mapping[str, Any], troubles: Troubles) -> Order | None:
    place, copies = _text(cells["place"]), _count(cells["copies"])
    first, last = _day(cells["period_from"]), _day(cells["period_to"])
    found = {"place": place, "copies": copies, "period_from": first, "period_to": last}
    for field, value in found.items():
        if value is None or value == "":
            vi, en = _WORDS[field]
            troubles.add(at, field, "format", vi, en)
    if not place or copies is None or first is None or last is None:
        return None
    detail = _text(cells.get("place_detail", ""))
    return Order(at, place, copies, detail, first, last)


def _text(cell: Any) -> str:
    """Text; a code that Excel took for a number gets its zeros back."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return f"{int(cell):05d}" if math.isfinite(cell) and cell == int(cell) else str(cell)
    text = "".join(letter for letter in str(cell) if letter.isprintable()).strip()
    return text[:TEXT_MAX]


def _count(cell: Any) -> int | None:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return int(cell) if math.isfinite(cell) and cell == int(cell) else None
    # 1.000 as people write a thousand here
    digits = str(cell).strip().replace(".", "").replace(" ", "").replace("\u00a0", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 12 else None


def _day(cell: Any) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    for form in _DAY_FORMS:
        try:
            return datetime.strptime(str(cell).strip(), form).date()  # noqa: DTZ007 - a day only
        except ValueError:
            continue
    return None
