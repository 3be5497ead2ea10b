"""A leaflet's table of contributions and benefits, as the page shows it on a day.

The figures are those of `rates`, dated and sourced; a table that holds on no such day is left out
rather than shown wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from server.rates import tables
from server.rates.tables import Words


def figures_block(
    table: str, on: date, language: str, words: Mapping[str, str]
) -> Mapping[str, Any] | None:
    """The block for `page`'s template: title, heads, rows, footnote, whether it is estimated."""
    found = tables.table(table, on)
    if found is None:
        return None

    def said(both: Words) -> str:
        return both.en if language == "en" else both.vi

    by_law = f"{words['by_law_on']} {found.as_of:%d/%m/%Y}."
    source = f"{words['source']}: {'; '.join(found.sources)}."
    return {
        "type": "figures",
        "title": said(found.title),
        "estimated": found.is_estimated,
        "corner": words["amounts_in"],
        "heads": [said(head) for head in found.heads],
        "rows": [
            {"label": said(row.label), "amounts": [_dong(amount) for amount in row.amounts]}
            for row in found.rows
        ],
        "footnote": " ".join((said(found.note), by_law, source)),
    }


def _dong(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")
