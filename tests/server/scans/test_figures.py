"""A leaflet's table is that of the day, with its date and source, or is left out."""

from __future__ import annotations

from datetime import date

import pytest

from server.scans.figures import figures_block
from server.scans.page import words_in

TODAY = date(2026, 11, 20)


def test_a_table_that_nobody_knows_is_left_out() -> None:
    assert figures_block("no_such_table", TODAY, "vi", words_in("vi")) is None
    assert figures_block("voluntary_si", date(1990, 1, 1), "vi", words_in("vi")) is None


@pytest.mark.parametrize("table", ["voluntary_si", "household_hi"])
def test_a_table_says_of_which_day_and_where_from(table: str) -> None:
    block = figures_block(table, TODAY, "vi", words_in("vi"))
    assert block is not None
    assert all(len(row["amounts"]) == len(block["heads"]) for row in block["rows"])
    assert "Theo quy định tại ngày" in block["footnote"]
    assert "Nguồn:" in block["footnote"]


def test_the_amounts_of_the_poor() -> None:
    block = figures_block("voluntary_si", TODAY, "vi", words_in("vi"))
    assert block is not None
    assert block["rows"][0]["amounts"] == ["165.000", "165.000"]
    english = figures_block("voluntary_si", TODAY, "en", words_in("en"))
    assert english is not None
    assert english["title"] != block["title"]
