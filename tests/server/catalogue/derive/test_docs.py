"""The generated page says what each kind asks for."""

from __future__ import annotations

from pathlib import Path

from server import catalogue
from server.catalogue.derive.docs import page

WRITTEN = Path(__file__).parents[4] / "docs" / "catalogue.md"


def test_the_page_is_fresh() -> None:
    assert WRITTEN.read_text(encoding="utf-8") == page(), "run `make generate`"


def test_every_kind_and_field_is_on_it() -> None:
    text = page()
    for kind in catalogue.kinds().values():
        assert f"\n## {kind.id}\n" in text
        assert all(f"`{name}`" in text for name in kind.fields)


def test_rules_are_in_words() -> None:
    text = page()
    assert "- `clusters_on_air` ≤ `clusters_total`" in text
    assert "- II.1: 1, once for each `peaks`, when `peaks` is filled" in text
