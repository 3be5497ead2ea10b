"""A leaflet's table of contributions and benefits, as the page shows it on a day.

The figures are those of `rates`, dated and sourced; a table that it does not know is left out
rather than shown wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any


def figures_block(
    table: str, on: date, language: str, words: Mapping[str, str]
) -> Mapping[str, Any] | None:
    """The block for `page`'s template: title, heads, rows, footnote, whether it is estimated."""
    return None
