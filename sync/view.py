"""A row of the feed with operations of one's own on top: what a phone shows while it waits.

Not a merge: the phone's values win on the phone's own screen, and the server decides later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sync.conflict import FieldValue
from sync.content import gather
from sync.fields import MergePolicy
from sync.resolve import patch_of

Row = Mapping[str, Any]

#: The set field that stands beside `fields` in a row; others stand in `sets`.
_BESIDE = "evidence"

#: What an operation makes of the status, where the server agrees.
_STATUS = {"create": "draft", "submit": "submitted", "withdraw": "withdrawn"}


def elements_of(row: Row, name: str) -> list[dict[str, Any]]:
    """The elements of a set field of the row."""
    found = row.get(name) if name == _BESIDE else (row.get("sets") or {}).get(name)
    return list(found or ())


def seen_elements(
    row: Row,
    policy: MergePolicy,
    add: Mapping[str, Sequence[Mapping[str, Any]]],
    remove: Mapping[str, Sequence[str]],
) -> dict[str, dict[str, dict[str, Any]]]:
    """The elements that a patch replaces or removes, as the person saw them, for its `was`.

    Photos are left out: they bear the hash of their bytes and never change.
    """
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for name, key in policy.set_fields.items():
        if name == _BESIDE:
            continue
        touched = {*remove.get(name, ()), *(element[key] for element in add.get(name, ()))}
        seen = {e[key]: _bare(e) for e in elements_of(row, name) if e[key] in touched}
        if seen:
            found[name] = seen
    return found


def apply_operation(row: Row | None, wire: Mapping[str, Any], policy: MergePolicy) -> Row:
    """The row as the person sees it after the operation `wire`."""
    before: Mapping[str, Any] = row if row is not None else {
        "type": "activity", "id": wire["activity"], "seq": 0, "version": 0,
        "kind": wire["kind"], "kind_version": wire["kind_version"], "scope": wire["scope"],
        "fields": {}, "extra": {}, "conflicts": [], "review": None,
    }  # fmt: skip
    if wire["type"] == "resolve":
        before, wire = _decided(before, wire)
    fields = dict(before.get("fields", {}))
    extra = dict(before.get("extra") or {})
    for name, value in wire["set"].items():
        # Where the server has it, it stays: app and server may know different fields.
        is_known = name in fields or (name in policy.known_fields and name not in extra)
        target = fields if is_known else extra
        if value is None:
            target.pop(name, None)
        else:
            target[name] = value
    added, removed = wire.get("add") or {}, wire.get("remove") or {}
    for name in dict.fromkeys((*removed, *added)):
        if name not in policy.set_fields:
            extra[name] = gather(extra.get(name), added.get(name, ()), removed.get(name, ()))
    made = {**before, "fields": fields, "extra": extra, "sets": {}}
    for name, key in policy.set_fields.items():
        target = made if name == _BESIDE else made["sets"]
        target[name] = _elements(before, wire, name, key)
    made["status"] = _STATUS.get(wire["type"], before.get("status"))
    return made


def _decided(before: Row, wire: Mapping[str, Any]) -> tuple[Row, Mapping[str, Any]]:
    """The row without the conflict that `wire` decides on, and what that makes of the rest."""
    asked = wire.get("resolve") or {}
    found = [each for each in before.get("conflicts", ()) if each["id"] == asked.get("conflict")]
    if not found:
        return before, wire
    (conflict,) = found
    before = {**before, "conflicts": [each for each in before["conflicts"] if each != conflict]}
    if asked["choice"] != "proposed":
        return before, wire
    if conflict["type"] == "withdraw":
        return before, {**wire, "type": "withdraw"}
    values = tuple(
        FieldValue(value["field"], value["current"], value["mine"], value["was"])
        for value in conflict["fields"]
    )
    patch = patch_of(values, asked["choice"], {})
    return before, {**wire, **dict(zip(("set", "add", "remove"), patch, strict=True))}


def content_of(
    row: Row, policy: MergePolicy
) -> tuple[str, Mapping[str, Any], dict[str, dict[str, dict[str, Any]]]]:
    """Kind, fields and sets of a row, as `digest.content_digest` takes them."""
    sets = {
        name: {element[key]: _bare(element) for element in elements_of(row, name)}
        for name, key in policy.set_fields.items()
    }
    return row["kind"], row["fields"], sets


def _elements(before: Row, wire: Mapping[str, Any], name: str, key: str) -> list[dict[str, Any]]:
    removed = set((wire.get("remove") or {}).get(name, ()))
    found = {e[key]: e for e in elements_of(before, name) if e[key] not in removed}
    for element in (wire.get("add") or {}).get(name, ()):
        found[element[key]] = element
    return list(found.values())


def _bare(element: Mapping[str, Any]) -> dict[str, Any]:
    """The element without what the server adds for display."""
    return {name: value for name, value in element.items() if name not in _SHOWN_ONLY}


_SHOWN_ONLY = frozenset({"verified", "offset", "refused"})
