"""Lists of runs as people fill them in with Excel, well and badly."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from typing import Any

import pytest
import xlsxwriter

from server.leaflets import workbook
from server.leaflets.orders import Order
from server.problems import ProblemError

HEAD = ["Xã, phường", "Số bản in", "Nơi phát", "Từ ngày", "Đến ngày"]


def sheet(*rows: list[Any]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            if isinstance(cell, datetime):
                page.write_datetime(y, x, cell, day)
            else:
                page.write(y, x, cell)
    book.close()
    return out.getvalue()


def troubles_of(*rows: list[Any]) -> list[tuple[int, str]]:
    _, troubles = workbook.read(sheet(*rows))
    return [(one["row"], one["field"]) for one in troubles.found]


def test_what_the_template_holds_is_read_back() -> None:
    first, last = date(2026, 12, 1), date(2027, 2, 28)
    made = workbook.template([("Xã Tả Phìn", "02728"), ("Xã Bản Hồ", "03004")], first, last)
    orders, troubles = workbook.read(made)
    assert troubles.found == []
    assert orders == [
        Order(2, "Xã Tả Phìn", 500, "Chợ xã", first, last),
        Order(3, "Xã Bản Hồ", 500, "Chợ xã", first, last),
    ]


def test_cells_as_people_write_them() -> None:
    orders, troubles = workbook.read(
        sheet(
            ["DANH SÁCH IN TỜ RƠI"],
            [],
            HEAD,
            [
                4,
                "1.500",
                "Chợ",
                "01/12/2026",
                datetime(2026, 12, 31, tzinfo=UTC).replace(tzinfo=None),
            ],
            [],
            ["  Xã Tả Phìn ", 20.0, "", "2026-12-01", "31-12-2026"],
        )
    )
    assert troubles.found == []
    first, last = date(2026, 12, 1), date(2026, 12, 31)
    assert orders == [
        Order(4, "00004", 1500, "Chợ", first, last),
        Order(6, "Xã Tả Phìn", 20, "", first, last),
    ]


def test_each_bad_cell_is_told_with_its_row() -> None:
    good = ["Xã Tả Phìn", 10, "", "01/12/2026", "31/12/2026"]
    assert troubles_of(
        HEAD, good,
        ["", 10, "", "01/12/2026", "31/12/2026"],
        ["Xã A", "nhiều", "", "32/12/2026", ""],
    ) == [(3, "place"), (4, "copies"), (4, "period_from"), (4, "period_to")]  # fmt: skip


def test_missing_columns_are_named() -> None:
    assert troubles_of(["Xã", "Số bản"], ["Xã A", 3]) == [(1, "head"), (1, "head")]


def test_text_that_begins_like_a_formula_is_text() -> None:
    orders, _ = workbook.read(sheet(HEAD, ["Xã A", 1, "'=1+1", "01/12/2026", "31/12/2026"]))
    assert orders[0].place_detail == "'=1+1"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html>", b"a;b;c\n1;2;3\n"])
def test_what_is_no_sheet_is_refused(content: bytes) -> None:
    with pytest.raises(ProblemError) as raised:
        workbook.read(content)
    assert raised.value.problem.slug == "leaflet-file-refused"


def test_a_sheet_that_would_grow_beyond_measure_is_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * (workbook.UNPACKED_MAX + 1))
    assert len(out.getvalue()) < workbook.BYTES_MAX
    with pytest.raises(ProblemError) as raised:
        workbook.read(out.getvalue())
    assert raised.value.problem.slug == "too-large"
