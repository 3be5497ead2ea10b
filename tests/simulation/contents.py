"""What stands in a record, a row, an operation: brought to one shape, so that it can be compared.

Not here: any judgement (`oracle`).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

from sync.codec import sha256_hex
from sync.conflict import Standing
from sync.operation import Operation
from sync.record import Record
from tests.simulation.rules import BUG_TITLE, KIND
from tests.simulation.state import State, Wire

#: (operation id, hash of its envelope)
Key = tuple[str, str]


#: An envelope never changes once it is made, so its hash is found once. id(wire) -> it, its key.
_keys: dict[int, tuple[Wire, Key]] = {}
_KEYS_MAX = 20_000


def key_of(wire: Wire) -> Key:
    found = _keys.get(id(wire))
    if found is None:
        if len(_keys) > _KEYS_MAX:
            _keys.clear()
        found = _keys[id(wire)] = wire, (wire["id"], sha256_hex(wire))
    return found[1]


def answer_as_edit(operation: Operation, standing: Standing | None) -> Operation:
    """What a resolution asks for, as a patch on what was shown; nothing if it keeps what stands."""
    choice = (operation.resolve or {}).get("choice")
    if standing is None or choice == "current":
        return replace(operation, set={}, add={}, remove={})
    shown: Wire = {}
    wanted: dict[str, Wire] = {"set": {}, "add": {}, "remove": {}}
    for value in standing.conflict.values:
        if value.is_set:
            wanted["add"][value.field] = tuple(value.mine["add"])
            wanted["remove"][value.field] = tuple(value.mine["remove"])
            keys = [
                (element.get("id") or element["sha256"], element) for element in value.current or ()
            ]
            shown[value.field] = dict(keys)
        else:
            wanted["set"][value.field] = value.mine
            shown[value.field] = value.current
    was = {**shown, **operation.was}
    if choice == "values":
        return replace(operation, was=was)
    return replace(
        operation, was=was, set=wanted["set"], add=wanted["add"], remove=wanted["remove"]
    )


def must_wait(wire: Wire, state: State) -> bool:
    """Whether an operation has a reason of its own to be told `retry`."""
    early = wire["after"] is not None and wire["after"] not in state.log
    if wire["type"] == "resolve":
        activity, _ = state.standing.get(wire["resolve"]["conflict"], (None, None))
        if activity != wire["activity"]:
            return True  # the operation that leaves the conflict has not come
    orphan = wire["type"] != "create" and wire["activity"] not in state.records
    return early or orphan or wire["kind"] != KIND or wire["set"].get("title") == BUG_TITLE


def same_hash(stored: str, wire: Wire) -> bool:
    if stored in (key_of(wire)[1], f"unreadable {wire!r}"):
        return True
    text = json.dumps(wire, ensure_ascii=True, sort_keys=True)  # what the real server keeps
    return stored == hashlib.sha256(text.encode()).hexdigest()


def content(record: Record | None) -> Wire:
    if record is None:
        return {"fields": {}, "sets": {}, "status": None}
    sets = {name: dict(elements) for name, elements in record.sets.items() if elements}
    fields = {**record.extra, **record.fields}
    return {"fields": fields, "sets": sets, "status": record.status}


def shown_content(record: Record) -> list[Any]:
    """Every single value that stands in the record."""
    elements = [dict(e) for name in record.sets for e in record.sets[name].values()]
    return [*singly({**record.extra, **record.fields}), *elements]


def values(row: Any) -> list[Any]:
    """The same of a phone's row."""
    seen = shown(row)
    return [*singly({**seen["extra"], **seen["fields"]}), *seen["elements"]]


def written(wires: list[Wire]) -> list[Any]:
    """The values and elements that somebody wrote by these operations."""
    found: list[Any] = []
    for wire in wires:
        found += singly(wire["set"])
        found += [element for elements in wire["add"].values() for element in elements]
    return found


def singly(values: Wire) -> list[Any]:
    """Values one by one, also those of a set that the server gathers without knowing it."""
    gathered = [value for value in values.values() if isinstance(value, dict)]
    plain = [(name, value) for name, value in values.items() if not isinstance(value, dict)]
    return [*plain, *(element for value in gathered for element in value.get("add", ()))]


def shown(row: Any) -> Any:
    """What a person sees of a row, without what stands on only one side."""
    if row["type"] == "draft":  # to its own phone the copy comes without what it says
        body = {name: value for name, value in row["body"].items() if name != "draft"}
        return {**row, "body": body}
    if row["type"] != "activity":
        return row
    kept = ("id", "seq", "version", "status", "fields", "extra", "kind")
    elements = [*row["evidence"], *row["sets"].get("lines", ())]
    bare = [{k: v for k, v in element.items() if k != "verified"} for element in elements]
    shown = {name: row[name] for name in kept}
    bare.sort(key=repr)
    twins = [row.get("duplicate_of"), *sorted(row.get("possible_duplicates") or ())]
    return shown | {"elements": bare, "conflicts": len(row["conflicts"]), "twins": twins}
