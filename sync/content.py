"""The content of a record under a patch: fields, sets and what this server does not know.

Not here: statuses and validity (`reconcile`), and the merge of one group or set (`merge`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync.codec import same
from sync.conflict import FieldValue
from sync.errors import Problem
from sync.fields import MergePolicy
from sync.merge import ElementConflict, merge_fields, merge_set, touched_groups
from sync.operation import Operation
from sync.record import Elements, Record


class UnfitPatch(Exception):
    """The patch does not suit the kind: a set field is set like a field, a field is added to like
    a set, an element bears no id. `problems` says where."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Content:
    """What people filled in. Empty fields and empty sets are left out."""

    fields: Mapping[str, Any]
    sets: Mapping[str, Elements]
    extra: Mapping[str, Any]

    def equals(self, record: Record) -> bool:
        return (
            same(dict(self.fields), dict(record.fields))
            and same(_plain(self.sets), _plain(record.sets))
            and same(dict(self.extra), dict(record.extra))
        )


@dataclass(frozen=True, slots=True)
class MergedContent:
    """`kept` are the values that did not go in, to stand beside the record."""

    content: Content
    kept: tuple[FieldValue, ...]


def merge_content(record: Record, operation: Operation, policy: MergePolicy) -> MergedContent:
    """Put the operation's patch on the record. Raises UnfitPatch."""
    _check_shapes(operation, policy)
    merged = merge_fields(policy, _values(record), operation.was, operation.set)
    kept = [
        FieldValue(name, conflict.current[name], conflict.mine[name], conflict.was[name])
        for conflict in merged.conflicts
        for name in conflict.group
    ]
    sets = {name: elements for name, elements in record.sets.items() if elements}
    fields, extra = _split(merged.fields, policy)
    for name in _touched_sets(operation):
        key = policy.set_fields.get(name)
        if key is None:
            extra[name] = gather(
                extra.get(name), operation.add.get(name, ()), operation.remove.get(name, ())
            )
            continue
        add = _with_ids(name, key, operation)
        remove = operation.remove.get(name, ())
        result = merge_set(key, record.sets.get(name, {}), add, remove, _seen(operation, name))
        sets[name] = result.elements
        if not result.elements:
            del sets[name]
        if result.conflicts:
            kept.append(_kept_elements(name, result.conflicts))
    return MergedContent(Content(fields, sets, extra), tuple(kept))


def proposals(record: Record, operation: Operation, policy: MergePolicy) -> tuple[FieldValue, ...]:
    """Everything in which the operation would have the record otherwise. Raises UnfitPatch."""
    _check_shapes(operation, policy)
    current = _values(record)
    found: list[FieldValue] = []
    for group in touched_groups(policy, operation.set):
        names = [name for name in group if name in operation.set]
        if all(same(operation.set[n], operation.was.get(n)) for n in names):
            continue
        if all(same(operation.set[n], current.get(n)) for n in names):
            continue
        found += [
            FieldValue(n, current.get(n), operation.set[n], operation.was.get(n)) for n in names
        ]
    for name in _touched_sets(operation):
        key = policy.set_fields.get(name)
        value = (
            _proposed_elements(record, operation, name, key)
            if key
            else _unknown_set(operation, name)
        )
        if value is not None:
            found.append(value)
    return tuple(found)


def _values(record: Record) -> dict[str, Any]:
    """Known and unknown fields together: one rule merges both."""
    return {**record.extra, **record.fields}


def _split(values: dict[str, Any], policy: MergePolicy) -> tuple[dict[str, Any], dict[str, Any]]:
    known = {name: value for name, value in values.items() if name in policy.known_fields}
    return known, {name: value for name, value in values.items() if name not in known}


def _touched_sets(operation: Operation) -> list[str]:
    return list(dict.fromkeys((*operation.remove, *operation.add)))


def _with_ids(name: str, key: str, operation: Operation) -> tuple[Mapping[str, Any], ...]:
    elements = operation.add.get(name, ())
    if all(isinstance(element.get(key), str) and element[key] for element in elements):
        return elements
    vi, en = "Thiếu mã nhận dạng của một dòng.", "An element bears no id."
    raise UnfitPatch([{"field": f"{name}.{key}", "code": "required", "vi": vi, "en": en}])


def _check_shapes(operation: Operation, policy: MergePolicy) -> None:
    as_fields = [name for name in operation.set if name in policy.set_fields]
    as_sets = [
        name
        for name in _touched_sets(operation)
        if name in policy.known_fields and name not in policy.set_fields
    ]
    if as_fields or as_sets:
        vi, en = "Mục này không nhận cách sửa như vậy.", "This field is not changed in this way."
        raise UnfitPatch(
            [{"field": n, "code": "shape", "vi": vi, "en": en} for n in (*as_fields, *as_sets)]
        )


def _seen(operation: Operation, name: str) -> Mapping[str, Mapping[str, Any]]:
    """The set's elements as the phone saw them, if it says so: `was` maps id -> element."""
    was = operation.was.get(name)
    if not isinstance(was, dict):
        return {}
    return {id: element for id, element in was.items() if isinstance(element, dict)}


def _kept_elements(name: str, conflicts: tuple[ElementConflict, ...]) -> FieldValue:
    return FieldValue(
        name,
        [dict(c.current) for c in conflicts if c.current is not None],
        {
            "add": [dict(c.mine) for c in conflicts if c.mine is not None],
            "remove": [c.id for c in conflicts if c.mine is None],
        },
        [dict(c.was) for c in conflicts if c.was is not None],
    )


def _proposed_elements(
    record: Record, operation: Operation, name: str, key: str
) -> FieldValue | None:
    current = record.sets.get(name, {})
    add = [e for e in _with_ids(name, key, operation) if not same(current.get(e[key]), e)]
    remove = [id for id in operation.remove.get(name, ()) if id in current]
    if not add and not remove:
        return None
    concerned = [*(element[key] for element in add), *remove]
    return FieldValue(
        name,
        [dict(current[id]) for id in concerned if id in current],
        {"add": [dict(element) for element in add], "remove": remove},
        None,
    )


def gather(before: Any, add: Sequence[Mapping[str, Any]], remove: Sequence[str]) -> dict[str, Any]:
    """Changes of a set that this program does not know, kept in order for one that does."""
    kept = before if isinstance(before, dict) else {}
    old = list(kept.get("add", ()))
    return {
        "add": old + [dict(e) for e in add if not any(same(e, o) for o in old)],
        "remove": list(dict.fromkeys((*kept.get("remove", ()), *remove))),
    }


def _unknown_set(operation: Operation, name: str) -> FieldValue:
    mine = {
        "add": [dict(e) for e in operation.add.get(name, ())],
        "remove": list(operation.remove.get(name, ())),
    }
    return FieldValue(name, None, mine, None)


def _plain(sets: Mapping[str, Elements]) -> dict[str, Any]:
    return {
        name: {id: dict(element) for id, element in elements.items()}
        for name, elements in sets.items()
        if elements
    }
