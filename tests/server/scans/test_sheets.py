"""Files for Excel: the figures are there, and nothing that people wrote becomes a formula."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import Any

import pytest

from server.scans.sheets import as_csv, as_xlsx, table

EVIL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")']


def figures(*names: str) -> dict[str, Any]:
    line = {
        "copies": 500, "handed_out": 120, "scans": 37, "readers": [20, 31],
        "not_counted": {"bot": 4, "replay": 2},
    }  # fmt: skip
    return {
        "by": "run",
        "items": [{"key": "K7Q3F2M9X", "name": name, **line} for name in names],
        "total": {"key": "total", "name": "", **line},
    }


def test_the_table() -> None:
    head, row, total = table(figures("Xã Văn Lang"))
    assert head[:7] == ["Mã", "Lần in", "Số bản in", "Đã phát", "Lượt quét", "Người đọc, ít nhất",
                        "Người đọc, nhiều nhất"]  # fmt: skip
    assert row[:7] == ["K7Q3F2M9X", "Xã Văn Lang", 500, 120, 37, 20, 31]
    assert row[head.index("Không tính: Chương trình tự động")] == 4
    assert total[:3] == ["", "Tổng", 500]


def test_csv_can_be_read_again() -> None:
    content = as_csv(table(figures("Xã Văn Lang")))
    assert content.startswith("\ufeff".encode())
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[1][:3] == ["K7Q3F2M9X", "Xã Văn Lang", "500"]


@pytest.mark.parametrize("name", EVIL)
def test_csv_holds_no_formula(name: str) -> None:
    rows = list(csv.reader(io.StringIO(as_csv(table(figures(name))).decode("utf-8-sig"))))
    assert not rows[1][1].startswith(("=", "+", "-", "@", "\t", "\r"))


def test_xlsx_holds_no_formula_and_all_values() -> None:
    content = as_xlsx(table(figures(*EVIL)), "Lượt quét")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
        assert "Lượt quét" in book.read("xl/workbook.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert "=1+1" in texts
    assert len(re.findall(r"<v>500</v>", sheet)) == len(EVIL) + 1
