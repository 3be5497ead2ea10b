"""Words as a search finds them."""

from __future__ import annotations

import pytest

from server.activities.search import TEXT_MAX, fold, search_text


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Đài Truyền thanh", "dai truyen thanh"), ("PHÁT THANH", "phat thanh"), ("", "")],
)
def test_without_diacritics(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_texts_of_all_fields_and_the_author() -> None:
    found = search_text(
        "Lò Mai", {"title": "Phát lại", "topics": ["bhyt"], "minutes": 5, "x": None}
    )
    assert found == "lo mai phat lai bhyt"
    assert len(search_text("x", {"note": "y" * 5000})) == TEXT_MAX
