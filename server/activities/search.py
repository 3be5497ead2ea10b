"""The words of an activity as a search finds them: lower case, without diacritics.

People type "phat thanh" on phones without a Vietnamese keyboard. Not here: ranking.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

TEXT_MAX = 2_000  # a list is searched by its first words, not by a whole report


@cache
def _marks() -> dict[int, None]:
    """Combining marks, for `str.translate`: ten times as fast as a look at each letter."""
    points = range(sys.maxunicode + 1)
    return {point: None for point in points if unicodedata.combining(chr(point))}


def fold(text: str) -> str:
    """`text` in lower case without diacritics; đ, which has none in Unicode, becomes d."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return plain.translate(_marks())


def search_text(author_name: str, fields: Mapping[str, Any]) -> str:
    """What a search looks through for an activity with these values."""
    words = [author_name, *_texts(fields.values())]
    return fold(" ".join(words))[:TEXT_MAX]


def _texts(values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from _texts(value)
