"""Tables show the law of a day, and say when they only estimate."""

from __future__ import annotations

from datetime import date

import pytest

from server.rates import tables

BEFORE, AFTER = date(2026, 6, 30), date(2026, 7, 1)


def test_voluntary_social_insurance() -> None:
    table = tables.table("voluntary_si", AFTER)
    assert table is not None
    assert [row.amounts for row in table.rows] == [
        (165_000, 165_000), (132_000, 198_000), (99_000, 231_000), (66_000, 264_000),
    ]  # fmt: skip
    assert "1.500.000 đồng" in table.note.vi
    assert "22 %" in table.note.vi


def test_what_the_press_told_is_an_estimate() -> None:
    before, after = (tables.table("household_hi", day) for day in (BEFORE, AFTER))
    assert before is not None
    assert after is not None
    assert (before.is_estimated, after.is_estimated) == (False, True)
    assert (before.as_of, after.as_of) == (date(2025, 7, 1), date(2026, 7, 1))
    assert before.rows[0].amounts == (105_300, 1_263_600)
    assert after.rows[0].amounts == (113_850, 1_366_200)
    assert before.rows[4].label.vi == "Người thứ 5 trở đi"


@pytest.mark.parametrize("name", tables.names())
def test_every_row_has_an_amount_for_each_head(name: str) -> None:
    table = tables.table(name, AFTER)
    assert table is not None
    assert {len(row.amounts) for row in table.rows} == {len(table.heads)}
    assert table.sources


def test_what_is_not_known() -> None:
    assert tables.table("household_hi", date(2025, 6, 30)) is None
    assert tables.table("lottery", AFTER) is None


def test_what_comes_back() -> None:
    table = tables.table("pension_examples", AFTER)
    assert table is not None
    assert table.is_estimated
    amounts = {row.label.vi: row.amounts for row in table.rows}
    assert amounts["Thu nhập 1.500.000"] == (264_000, 825_000)
    assert amounts["Thu nhập 10.000.000"] == (2_200_000 - 66_000, 5_500_000)
    assert "nam đóng đủ 20 năm được 45 %" in table.note.vi


def test_several_months_at_once() -> None:
    known, later = (tables.table("payment_ways", day) for day in (AFTER, date(2027, 1, 1)))
    assert known is not None
    assert later is not None
    amounts = {row.label.vi: row.amounts for row in known.rows}
    assert list(amounts) == ["3 tháng", "6 tháng", "12 tháng", "2 năm", "3 năm", "4 năm", "5 năm"]
    assert amounts["12 tháng"] == (792_000, 3_168_000)
    assert amounts["5 năm"][0] == 60 * 66_000
    assert (known.is_estimated, later.is_estimated) == (True, False)
    assert "0,31 %" in known.note.vi
    assert [row.label.vi for row in later.rows] == ["3 tháng", "6 tháng", "12 tháng"]
