"""A leaflet's table is that of the day, or is left out."""

from __future__ import annotations

from datetime import date

from server.scans.figures import figures_block
from server.scans.page import words_in


def test_a_table_that_nobody_knows_is_left_out() -> None:
    assert figures_block("no_such_table", date(2026, 11, 20), "vi", words_in("vi")) is None
