"""The envelope of a sync request, checked by plain Python: it stands on the hottest route.

Not here: operations, each of which has a verdict of its own (`parsing`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server import problems
from server.problems import ProblemError
from sync.limits import BATCH_MAX, DRAFTS_MAX, INTEGER_MAX, NAME_MAX, OLDEST_PROTOCOL, ROWS_MAX

#: Scopes that one phone may name. A collaborator has a handful; an office's phone some hundreds.
SCOPES_MAX = 1_000
_UNSENT_KEYS = ("operations", "photos", "oldest_at")


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """What a phone asks (PROTOCOL.md 4). `operations` are still unread."""

    device: str | None
    epoch: int
    last_n: int
    app: str | None
    unsent: Mapping[str, Any] | None
    incarnation: str | None
    cursors: Mapping[str, int]
    digests: Mapping[str, str]
    operations: tuple[object, ...]
    max_rows: int
    #: The phone's clocks as it sends (`sync.capture.read_clock` reads it, whatever it is).
    clock: object = None
    #: Whether an operation may hold what no database takes; False spares the search.
    suspect: bool = True
    #: Backups of drafts, still unread, and documents of drafts that this phone took over.
    drafts: tuple[object, ...] = ()
    taken: tuple[str, ...] = ()
    #: The key for sealed files that the phone holds, by its id; `asks_key`: it named one, or None.
    courier_key: str | None = None
    asks_key: bool = False
    #: The phone that this one was before it was enrolled again.
    formerly: str | None = None


class _Reader:
    """Takes members out of the message and remembers what is wrong with them."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw
        self.wrong: list[dict[str, str]] = []

    def number(self, name: str, default: int, at_most: int = INTEGER_MAX) -> int:
        value = self._raw.get(name, default)
        if is_number(value, at_most):
            return int(value)
        self._note(name, f"số nguyên từ 0 đến {at_most}", f"a whole number from 0 to {at_most}")
        return default

    def text(self, name: str, length_max: int = NAME_MAX) -> str | None:
        value = self._raw.get(name)
        if value is None or (isinstance(value, str) and len(value) <= length_max):
            return value
        self._note(name, f"chữ, tối đa {length_max} ký tự", f"text of at most {length_max} letters")
        return None

    def mapping(self, name: str) -> Mapping[str, Any] | None:
        value = self._raw.get(name)
        if value is None or (isinstance(value, dict) and len(value) <= SCOPES_MAX):
            return value
        self._note(name, "một đối tượng", "an object")
        return None

    def cursors(self) -> dict[str, int]:
        found = self.mapping("cursors") or {}
        if not all(len(name) <= NAME_MAX and is_number(seq) for name, seq in found.items()):
            self._note("cursors", "một đối tượng gồm các số nguyên", "an object of whole numbers")
            return {}
        return dict(found)

    def digests(self) -> dict[str, str]:
        found = self.mapping("digests") or {}
        if not all(isinstance(text, str) and len(text) <= NAME_MAX for text in found.values()):
            self._note("digests", "một đối tượng gồm các chuỗi chữ", "an object of texts")
            return {}
        return dict(found)

    def listed(self, name: str, at_most: int) -> tuple[object, ...]:
        found = self._raw.get(name)
        if found is None:
            return ()
        if not isinstance(found, list) or len(found) > at_most:
            self._note(name, f"danh sách, tối đa {at_most}", f"a list of at most {at_most}")
            return ()
        return tuple(found)

    def names(self, name: str, at_most: int) -> tuple[str, ...]:
        found = self.listed(name, at_most)
        if not all(isinstance(each, str) and len(each) <= NAME_MAX for each in found):
            self._note(name, "danh sách các chuỗi chữ", "a list of texts")
            return ()
        return tuple(str(each) for each in found)

    def _note(self, name: str, vi: str, en: str) -> None:
        self.wrong.append(
            {"field": name, "code": "type", "vi": f"Cần {vi}.", "en": f"Expected {en}."}
        )


def read_request(raw: object, suspect: bool = True) -> SyncRequest:
    """The request in `raw`. Raises `invalid` with every member that is wrong.

    Members that this server does not know are left alone: a newer app may send more.
    """
    if not isinstance(raw, dict):
        raise ProblemError(problems.INVALID, problems=[_expected_object()])
    reader = _Reader(raw)
    if reader.number("protocol", 0) < OLDEST_PROTOCOL and not reader.wrong:
        reader.wrong.append({
            "field": "protocol", "code": "too_old", "vi": "Ứng dụng quá cũ, cần cập nhật.",
            "en": "This app is too old; update it.",
        })  # fmt: skip
    unsent = reader.mapping("unsent")
    request = SyncRequest(
        device=reader.text("device"),
        epoch=reader.number("epoch", 0, 2**31 - 1),
        last_n=reader.number("last_n", 0, 2**31 - 1),
        app=reader.text("app"),
        unsent=None if unsent is None else {key: unsent.get(key) for key in _UNSENT_KEYS},
        incarnation=reader.text("incarnation"),
        cursors=reader.cursors(),
        digests=reader.digests(),
        operations=reader.listed("operations", BATCH_MAX),
        max_rows=min(reader.number("max_rows", ROWS_MAX), ROWS_MAX),
        clock=raw.get("clock"),
        suspect=suspect,
        drafts=reader.listed("drafts", DRAFTS_MAX),
        taken=reader.names("taken", DRAFTS_MAX),
        courier_key=reader.text("courier_key"),
        asks_key="courier_key" in raw or raw.get("incarnation") is None,
        formerly=reader.text("formerly"),
    )
    reader.text("catalogue")
    if unsent is not None:
        _check_unsent(reader, unsent)
    if reader.wrong:
        raise ProblemError(problems.INVALID, problems=reader.wrong)
    return request


def _check_unsent(reader: _Reader, unsent: Mapping[str, Any]) -> None:
    counts_fit = all(is_number(unsent.get(key, 0)) for key in ("operations", "photos"))
    oldest = unsent.get("oldest_at")
    if not counts_fit or not (oldest is None or (isinstance(oldest, str) and len(oldest) < 64)):
        reader.wrong.append({
            "field": "unsent", "code": "type", "vi": "Cần {operations, photos, oldest_at}.",
            "en": "Expected {operations, photos, oldest_at}.",
        })  # fmt: skip


def is_number(value: object, at_most: int = INTEGER_MAX) -> bool:
    """Whether `value` is a whole number from 0 to `at_most`; True and False are none."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= at_most


def _expected_object() -> dict[str, str]:
    return {"field": "", "code": "type", "vi": "Cần một đối tượng JSON.",
            "en": "Expected a JSON object."}  # fmt: skip
