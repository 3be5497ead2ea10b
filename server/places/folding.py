"""How names are compared: what a person types, on any keyboard, finds what the list spells.

Folded are case, diacritics, đ, the place of the tone mark (hoà/hòa), i and y where both are
written (Mỹ/Mĩ, Quý/Quí), apostrophes, dashes, dots, NFC and NFD. Two names that differ only so
are look-alikes: a search offers both and never chooses. Not here: the database.
"""

from __future__ import annotations

import re
import unicodedata

#: Raised when the rules below change: the stored folded names are then made anew.
VERSION = 1

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_SILENT = dict.fromkeys(map(ord, "'’‘`ʼ"))
_LONE_Y = re.compile(r"\b(?P<before>[bcdghklmnprstvx]*)y\b")
_QUY = re.compile(r"\bquy")

#: A unit's type as people write it before a name, folded, longest first.
_PREFIXES: tuple[tuple[str, str], ...] = (
    ("thanh pho", "thành phố"), ("thi tran", "thị trấn"), ("dac khu", "đặc khu"),
    ("thi xa", "thị xã"), ("phuong", "phường"), ("huyen", "huyện"), ("tinh", "tỉnh"),
    ("quan", "quận"), ("xa", "xã"), ("tt", "thị trấn"), ("tp", "thành phố"), ("tx", "thị xã"),
    ("dk", "đặc khu"), ("ph", "phường"), ("p", "phường"), ("x", "xã"), ("t", "tỉnh"),
    ("q", "quận"), ("h", "huyện"),
)  # fmt: skip
_NUMBERED = re.compile(r"^(?P<letter>[pq])(?P<number>\d+)$")
#: What a few names are called for short.
_SHORT_NAMES = {"hcm": "ho chi minh", "tphcm": "ho chi minh", "sg": "ho chi minh",
                "brvt": "ba ria vung tau"}  # fmt: skip


def fold(text: str) -> str:
    """`text` in the letters a-z, digits and single spaces."""
    plain = _strip_marks(unicodedata.normalize("NFD", text.casefold().translate(_SILENT)))
    plain = plain.replace("đ", "d")
    words = " ".join(re.findall(r"[a-z0-9]+", plain))
    return _LONE_Y.sub(r"\g<before>i", _QUY.sub("qui", words))


def accent_key(text: str) -> str:
    """`text` with its diacritics, but one spelling for case, tone place and NFC/NFD."""
    decomposed = unicodedata.normalize("NFD", text.casefold().translate(_SILENT))
    words = re.findall(r"[^\W_]+", _join_marks(decomposed))
    return " ".join(words)


def without_type(text: str) -> tuple[str, str | None]:
    """`(name, type)` where `text` begins with a type as people write it, else `(text, None)`.

    The text may also be a name that only looks so (Tịnh Khê): a caller tries both.
    """
    folded = fold(text)
    for prefix, type in _PREFIXES:
        if folded.startswith(prefix + " "):
            words = re.split(r"[\s.]+", text.strip())
            return " ".join(words[len(prefix.split()) :]), type
    if match := _NUMBERED.match(folded):
        return match["number"], "phường" if match["letter"] == "p" else "quận"
    return text, None


def long_form(folded: str) -> str:
    """A short name in use written out: "hcm" is "ho chi minh"."""
    return _SHORT_NAMES.get(folded, folded)


def _strip_marks(decomposed: str) -> str:
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _join_marks(decomposed: str) -> str:
    """Each word with its tone at its end as a digit, other marks composed to their letters."""
    joined = []
    for word in re.split(r"[\s.,\-–—]+", decomposed):
        tone = "".join(str(_TONES.index(letter) + 1) for letter in word if letter in _TONES)
        rest = "".join(letter for letter in word if letter not in _TONES)
        if rest:
            joined.append(unicodedata.normalize("NFC", rest) + tone)
    return " ".join(joined)
