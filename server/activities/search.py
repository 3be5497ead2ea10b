"""The words of an activity as a search finds them: lower case, without diacritics.

People type "phat thanh" on phones without a Vietnamese keyboard. Not here: ranking.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

TEXT_MAX = 2_000  # a list is searched by its first words, not by a whole report


def fold(text: str) -> str:
    """`text` in lower case without diacritics; đ, which has none in Unicode, becomes d."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


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
