"""The envelope of an operation: read strictly, one verdict for each, before any database.

Field names that this server does not know pass (`reconcile` keeps them in `extra`), and so do
unknown members of the envelope: a newer app must not lose data to an older server. What only the
server sets is refused. Not here: whether values suit the kind, or who may do it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn, cast

from sync.codec import canonical, sha256_hex
from sync.conflict import CHOICES
from sync.errors import CodecError, OperationError, Problem
from sync.limits import (
    DEPTH_MAX,
    ELEMENTS_MAX,
    FIELDS_MAX,
    INTEGER_MAX,
    NAME_MAX,
    OPERATION_BYTES_MAX,
)

OperationType = Literal["create", "edit", "submit", "withdraw", "resolve"]
TYPES: frozenset[str] = frozenset({"create", "edit", "submit", "withdraw", "resolve"})

#: Members of a record that only the server writes; a patch naming one is refused whole.
SERVER_OWNED: frozenset[str] = frozenset(
    {
        "approved_at", "approved_version", "author", "author_id", "author_name", "conflicts",
        "digest", "extra", "gone", "received_at", "review", "seq", "status", "submitted_at",
        "version",
    }
)  # fmt: skip
#: The same inside an element of a set.
SERVER_OWNED_IN_ELEMENT: frozenset[str] = frozenset({"verified", "received_at"})

CONFLICT_ID_MAX = 48

# Lower case only: two spellings of one id would be two ids.
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NAME = re.compile(r"[a-z][a-z0-9_]{0,79}")
SCOPE = re.compile(r"[a-z]+:[A-Za-z0-9-]+|reference")


@dataclass(frozen=True)
class Operation:
    """One thing that a phone did to one activity. `hash` covers the text as the phone made it.

    `set`/`was`: field -> value (None clears; absent in `was` means the phone saw none).
    `add`: set field -> elements; `remove`: set field -> element ids. `n` counts the phone's
    operations and serves the loss ledger only. `instead` is my parked operation in whose stead
    this one comes; `also` are further ones whose content it has joined.
    """

    id: str
    activity: str
    type: OperationType
    scope: str
    kind: str
    kind_version: int
    base: int | None = None
    incarnation: str | None = None
    set: Mapping[str, Any] = field(default_factory=dict)
    was: Mapping[str, Any] = field(default_factory=dict)
    add: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    remove: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    after: str | None = None
    n: int | None = None
    captured: Mapping[str, Any] | None = None
    resolve: Mapping[str, Any] | None = None
    instead: str | None = None
    also: tuple[str, ...] = ()
    hash: str = ""

    def __post_init__(self) -> None:
        if not self.hash:
            object.__setattr__(self, "hash", sha256_hex(self.to_wire()))

    def to_wire(self) -> dict[str, Any]:
        """The envelope as a phone sends it."""
        wire: dict[str, Any] = {
            "id": self.id,
            "activity": self.activity,
            "type": self.type,
            "scope": self.scope,
            "kind": self.kind,
            "kind_version": self.kind_version,
            "base": self.base,
            "incarnation": self.incarnation,
            "set": dict(self.set),
            "was": dict(self.was),
            "add": {name: [dict(e) for e in elements] for name, elements in self.add.items()},
            "remove": {name: list(ids) for name, ids in self.remove.items()},
            "after": self.after,
            "n": self.n,
            "captured": None if self.captured is None else dict(self.captured),
        }
        if self.resolve is not None:
            wire["resolve"] = dict(self.resolve)
        if self.instead is not None:
            wire["instead"] = self.instead
        if self.also:
            wire["also"] = list(self.also)
        return wire

    @property
    def replaces(self) -> tuple[str, ...]:
        """All parked operations that nobody need look at any more, this one being here."""
        return self.also if self.instead is None else (self.instead, *self.also)


def parse_operation(raw: object) -> Operation:
    """Read one member of a request's `operations`. Raises OperationError with all problems."""
    if not isinstance(raw, dict):
        raise OperationError("malformed", [_problem("", "object")])
    return _Reader(cast("dict[str, Any]", raw)).read()


class _Reader:
    """Collects every problem of one envelope, so that a person sees them all at once."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw
        self.problems: list[Problem] = []
        self.server_owned: list[Problem] = []

    def read(self) -> Operation:
        digest = self._hash()
        operation = Operation(
            id=self._text("id", _ID),
            activity=self._text("activity", _ID),
            type=cast("OperationType", self._type()),
            scope=self._text("scope", SCOPE),
            kind=self._text("kind", NAME),
            kind_version=self._whole("kind_version", 1),
            base=self._optional_whole("base"),
            incarnation=self._optional_text("incarnation"),
            set=self._patch("set"),
            was=self._was(),
            add=self._add(),
            remove=self._remove(),
            after=self._optional_text("after", _ID),
            n=self._optional_whole("n"),
            captured=self._object("captured"),
            resolve=self._object("resolve"),
            instead=self._optional_text("instead", _ID),
            also=self._also(),
            hash=digest,
        )
        if operation.type == "resolve":
            self._check_choice(operation)
        if operation.type == "create" and (operation.base or operation.remove):
            self._complain("base", "create_has_base")
        if self.problems:
            self._fail("malformed", self.problems)
        if self.server_owned:
            self._fail("server_owned", self.server_owned)
        return operation

    def _check_choice(self, operation: Operation) -> None:
        """Which conflict, and which way. Typed values belong to the choice `values` only: beside
        another they would be ones that somebody wrote and nobody takes."""
        told = operation.resolve or {}
        conflict, choice = told.get("conflict"), told.get("choice")
        if not (isinstance(conflict, str) and 0 < len(conflict) <= CONFLICT_ID_MAX):
            self._complain("resolve.conflict", "format" if "conflict" in told else "required")
        if not (isinstance(choice, str) and choice in CHOICES):
            self._complain("resolve.choice", "choice")
        elif choice != "values" and (operation.set or operation.add or operation.remove):
            self._complain("set", "choice_has_values")

    def _hash(self) -> str:
        try:
            _check_depth(self.raw, 0)
            text = canonical(self.raw)
        except (CodecError, RecursionError) as error:
            self._fail("malformed", [_problem("", "json", detail=str(error))])
        if len(text) > OPERATION_BYTES_MAX:
            self._fail("too_large", [_problem("", "too_large", max=OPERATION_BYTES_MAX)])
        return hashlib.sha256(text).hexdigest()

    def _fail(self, reason: str, problems: list[Problem]) -> NoReturn:
        raise OperationError(
            reason, problems, id=_readable(self.raw, "id"), activity=_readable(self.raw, "activity")
        )

    def _complain(self, name: str, code: str) -> None:
        self.problems.append(_problem(name, code))

    def _text(self, name: str, pattern: re.Pattern[str]) -> str:
        value = self.raw.get(name)
        if isinstance(value, str) and len(value) <= NAME_MAX and pattern.fullmatch(value):
            return value
        self._complain(name, "format" if name in self.raw else "required")
        return ""

    def _optional_text(self, name: str, pattern: re.Pattern[str] | None = None) -> str | None:
        value = self.raw.get(name)
        if value is None:
            return None
        if pattern is not None:
            return self._text(name, pattern)
        if isinstance(value, str) and len(value) <= NAME_MAX:
            return value
        self._complain(name, "format")
        return None

    def _also(self) -> tuple[str, ...]:
        value = self.raw.get("also") or ()
        if value and (not isinstance(value, list) or len(value) > ELEMENTS_MAX):
            self._complain("also", "list")
            return ()
        if not all(isinstance(id, str) and _ID.fullmatch(id) for id in value):
            self._complain("also", "list_of_ids")
            return ()
        return tuple(value)

    def _type(self) -> str:
        value = self.raw.get("type")
        if isinstance(value, str) and value in TYPES:
            return value
        self._complain("type", "choice")
        return "edit"

    def _whole(self, name: str, least: int) -> int:
        value = self.raw.get(name)
        if type(value) is int and least <= value <= INTEGER_MAX:
            return value
        self._complain(name, "whole_number" if name in self.raw else "required")
        return least

    def _optional_whole(self, name: str) -> int | None:
        return None if self.raw.get(name) is None else self._whole(name, 0)

    def _object(self, name: str) -> Mapping[str, Any] | None:
        value = self.raw.get(name)
        if value is None or isinstance(value, dict):
            return value
        self._complain(name, "object")
        return None

    def _patch(self, name: str) -> Mapping[str, Any]:
        value = self._object(name) or {}
        if len(value) > FIELDS_MAX:
            self._complain(name, "too_many")
        for key in value:
            self._check_name(f"{name}.{key}", key)
        return value

    def _was(self) -> Mapping[str, Any]:
        value = self._object("was") or {}
        if len(value) > FIELDS_MAX:
            self._complain("was", "too_many")
        return value

    def _add(self) -> Mapping[str, tuple[Mapping[str, Any], ...]]:
        found: dict[str, tuple[Mapping[str, Any], ...]] = {}
        for name, elements in self._patch("add").items():
            if not isinstance(elements, list) or len(elements) > ELEMENTS_MAX:
                self._complain(f"add.{name}", "list")
            elif not all(isinstance(element, dict) for element in elements):
                self._complain(f"add.{name}", "list_of_objects")
            else:
                self._check_elements(name, elements)
                found[name] = tuple(elements)
        return found

    def _check_elements(self, name: str, elements: list[dict[str, Any]]) -> None:
        for key in dict.fromkeys(key for element in elements for key in element):
            if key in SERVER_OWNED_IN_ELEMENT:
                self.server_owned.append(_problem(f"{name}.{key}", "server_owned"))

    def _remove(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for name, ids in self._patch("remove").items():
            if not isinstance(ids, list) or len(ids) > ELEMENTS_MAX:
                self._complain(f"remove.{name}", "list")
            elif not all(isinstance(id, str) for id in ids):
                self._complain(f"remove.{name}", "list_of_ids")
            else:
                found[name] = tuple(ids)
        return found

    def _check_name(self, place: str, name: str) -> None:
        if name in SERVER_OWNED:
            self.server_owned.append(_problem(name, "server_owned"))
        elif not NAME.fullmatch(name):
            self._complain(place, "name")


def _readable(raw: dict[str, Any], name: str) -> str | None:
    value = raw.get(name)
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def _check_depth(value: dict[str, Any] | list[Any], depth: int) -> None:
    parts = value.values() if isinstance(value, dict) else value
    if depth > DEPTH_MAX or (depth == DEPTH_MAX and parts):
        raise CodecError(f"nested deeper than {DEPTH_MAX}")
    for part in parts:
        if isinstance(part, dict | list):
            _check_depth(part, depth + 1)


_TEXTS: dict[str, tuple[str, str]] = {
    "required": ("Thiếu mục này.", "This member is missing."),
    "server_owned": (
        "Mục này chỉ máy chủ được ghi.",
        "Only the server writes this.",
    ),
    "too_large": (
        "Bản ghi quá lớn để gửi trong một lần.",
        "The record is too large for one operation.",
    ),
}
_OTHERWISE = (
    "Dữ liệu của mục này không đúng định dạng.",
    "This member is not in the right form.",
)


def _problem(name: str, code: str, **extras: Any) -> Problem:
    vi, en = _TEXTS.get(code, _OTHERWISE)
    return {"field": name, "code": code, "vi": vi, "en": en, **extras}
