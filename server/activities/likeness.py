"""Whether two reports may tell of one event, as somebody would say who reads both. Pure.

Times alone make no duplicate: a station airs two programmes in an hour, and a commune holds two
meetings on a morning. So nothing in the reports may say that they are two things. Not here: which
reports are compared (`duplicates`), and deciding (`reviews.duplicates`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from server.activities.search import fold
from server.activities.wire import EVIDENCE

#: Fields that say in words which event it was.
NAMING = ("programme_title", "item_title", "station_name", "outlet_name", "enterprise_name",
          "place_detail")  # fmt: skip
#: Fields of options of which two reports of one event have at least one in common.
SHARED = ("topics",)


def is_same_time(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether both are of one commune, kind, day and time, and nothing tells them apart.

    Rows of `activity` as mappings. Of two people the times may overlap, for one of them came late
    or noted the clock otherwise, and their words may differ. Who reports twice says the same twice.
    """
    alike = ("commune_id", "kind", "event_date")
    if one["commune_id"] is None or any(one[name] != other[name] for name in alike):
        return False
    start, end = _span(one["fields"])
    other_start, other_end = _span(other["fields"])
    if start is None or other_start is None:
        return False
    twice = one["author_id"] == other["author_id"]
    meet = start == other_start or (not twice and start < other_end and other_start < end)
    return meet and not _told_apart(one["fields"], other["fields"], exactly=twice)


def is_same_photo(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether both name a photo of the same bytes."""
    photos: Mapping[str, Any] = one["sets"].get(EVIDENCE, {})
    return not photos.keys().isdisjoint(other["sets"].get(EVIDENCE, {}))


def has_time(fields: Mapping[str, Any]) -> bool:
    """Whether the report says when on the day it began."""
    return _span(fields)[0] is not None


def _told_apart(one: Mapping[str, Any], other: Mapping[str, Any], *, exactly: bool) -> bool:
    """Whether a programme, a place or the topics of both are known and are not the same."""
    if any(_differ(one.get(name), other.get(name), exactly=exactly) for name in NAMING):
        return True
    return any(
        bool(one.get(name)) and bool(other.get(name)) and not {*one[name]} & {*other[name]}
        for name in SHARED
    )


def _differ(one: object, other: object, *, exactly: bool) -> bool:
    """Whether two titles name two things. Two people seldom write one alike: it is another only
    if less than half of the shorter one's words are in common."""
    if not (isinstance(one, str) and isinstance(other, str)):
        return False
    # Without diacritics many words are one, so they are left out only where somebody left them out
    bare = one.isascii() or other.isascii()
    words, other_words = _words(one, bare=bare), _words(other, bare=bare)
    if not words or not other_words:
        return False
    if exactly:
        return words != other_words
    return 2 * len(words & other_words) < min(len(words), len(other_words))


def _words(text: str, *, bare: bool) -> frozenset[str]:
    plain = fold(text) if bare else unicodedata.normalize("NFC", text.casefold())
    return frozenset("".join(each if each.isalnum() else " " for each in plain).split())


def _span(fields: Mapping[str, Any]) -> tuple[int | None, int]:
    """Minutes of the day from and to; without an end it is the beginning."""
    start, end = _minutes(fields.get("start_time")), _minutes(fields.get("end_time"))
    lasts = fields.get("duration_min")
    if start is not None and end is None and isinstance(lasts, int):
        end = start + lasts
    return start, end if end is not None else start or 0


def _minutes(text: object) -> int | None:
    hours, colon, minutes = str(text).partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal()):
        return None
    return int(hours) * 60 + int(minutes)
