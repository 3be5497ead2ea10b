"""The envelope of an operation as a phone writes it down: patches widened to groups, and several
parked edits joined into one.

Pure: what is shown, ids and numbers are given. Not here: what stands in view (`view`), the outbox
(`replica`), and reading an envelope (`operation`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sync.fields import MergePolicy
from sync.outbox import Wire

#: What one form can send together: each only changes fields and elements.
JOINABLE = frozenset({"edit", "submit"})


def widened(policy: MergePolicy, set: Wire, seen: Mapping[str, Any]) -> tuple[Wire, Wire]:
    """The patch widened to whole groups, and the values seen of every field that it names."""
    names = dict.fromkeys(name for own in set for name in policy.group_of(own))
    was = {name: seen.get(name) for name in names}
    return {name: set[name] if name in set else was[name] for name in names}, was


def may_join(one: Wire, other: Wire) -> bool:
    """Whether one form can hold what both wanted."""
    alike = all(one[name] == other[name] for name in ("activity", "kind_version", "scope"))
    return alike and {one["type"], other["type"]} <= JOINABLE


def again(
    parked: Sequence[Wire], policy: MergePolicy, *, id: str, n: int, after: str | None,
    set: Mapping[str, Any], scope: str | None,
) -> Wire:  # fmt: skip
    """What `parked` wanted, in its order, as one operation in their stead, put right by `set`.

    What was seen is what the first of them that names it saw: the next one stood on the first.
    """
    first, *others = parked
    wire = dict(first)
    for other in others:
        wire |= {
            "type": "submit" if other["type"] == "submit" else wire["type"],
            "set": {**wire["set"], **other["set"]},
            "was": _first_seen(wire["was"], other["was"], policy),
            **_elements(wire, other, policy),
        }
    wire |= {"id": id, "instead": first["id"], "n": n, "after": after}
    if others:
        wire["also"] = [other["id"] for other in others]
    return wire | {"scope": scope or first["scope"], "set": {**wire["set"], **set}}


def _first_seen(one: Wire, other: Wire, policy: MergePolicy) -> Wire:
    """Of a set that both touch, the elements seen by either."""
    both = {name: {**other[name], **one[name]} for name in policy.set_fields
            if name in one and name in other}  # fmt: skip
    return {**other, **one, **both}


def _elements(one: Wire, other: Wire, policy: MergePolicy) -> Wire:
    """What both add and remove of sets; of an element that both name the other's wish stands."""
    add, remove = dict(one["add"]), dict(one["remove"])
    for name in dict.fromkeys((*other["add"], *other["remove"])):
        key = policy.set_fields.get(name, "id")
        came, went = other["add"].get(name, ()), other["remove"].get(name, ())
        named = {*(element.get(key) for element in came), *went}
        add[name] = [e for e in add.get(name, ()) if e.get(key) not in named] + list(came)
        remove[name] = [id for id in remove.get(name, ()) if id not in named] + list(went)
    return {"add": {name: kept for name, kept in add.items() if kept},
            "remove": {name: kept for name, kept in remove.items() if kept}}  # fmt: skip
