"""What the page of contributions is made of, without a server."""

from __future__ import annotations

from datetime import date

import pytest

from server.scans import illustration
from server.scans.illustration import Asked

DAY = date(2026, 11, 20)


@pytest.mark.parametrize("language", sorted(illustration.languages()))
@pytest.mark.parametrize("written", ["1500000", "1.500.000", "1 500 000", "1,500,000"])
def test_amounts_are_read_as_people_write_them(written: str, language: str) -> None:
    text = illustration.illustration_page(Asked(written), DAY, "", language).plain.decode()
    assert "264.000" in text
    assert 'role="alert"' not in text


def test_it_begins_with_the_lowest_base() -> None:
    assert illustration.lowest_base(DAY) == "1.500.000"
    assert illustration.lowest_base(date(2020, 1, 1)) == ""
