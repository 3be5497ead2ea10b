"""The three-way merge: of fields by group, of sets by element id. Written once, here (PROTOCOL 5).

Laws, for patches over a base `b`: merge(b, x, b) = x, merge(b, x, x) = x, patches of disjoint
groups commute. Not here: statuses, validity of the whole, and what becomes of a conflict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync.codec import same
from sync.fields import MergePolicy

Values = Mapping[str, Any]
Element = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """Both sides changed `group`. Each mapping holds the fields that the patch names of it."""

    group: tuple[str, ...]
    current: Values
    mine: Values
    was: Values


@dataclass(frozen=True, slots=True)
class Merge:
    """`fields` is the result: current values, with mine where they went in."""

    fields: dict[str, Any]
    conflicts: tuple[FieldConflict, ...]


@dataclass(frozen=True, slots=True)
class ElementConflict:
    """Both sides changed one element. None means: not in the set."""

    id: str
    current: Element | None
    mine: Element | None
    was: Element | None


@dataclass(frozen=True, slots=True)
class SetMerge:
    """`elements` is the result by element id, in the order in which they came."""

    elements: dict[str, Element]
    conflicts: tuple[ElementConflict, ...]


def merge_fields(policy: MergePolicy, current: Values, was: Values, mine: Values) -> Merge:
    """Put the patch `mine`, made on `was`, on `current`.

    A group is decided as one by the fields that the patch names of it, in `mine` or `was`; a
    field that stands in `was` only is not changed by the patch. None and absence are the same.
    """
    if not current and not was:  # nothing to meet: every activity begins so
        return Merge({name: value for name, value in mine.items() if value is not None}, ())
    fields = {name: value for name, value in current.items() if value is not None}
    conflicts: list[FieldConflict] = []
    for group in touched_groups(policy, mine):
        names = tuple(name for name in group if name in mine or name in was)
        theirs = {name: current.get(name) for name in names}
        before = {name: was.get(name) for name in names}
        wanted = {name: mine[name] if name in mine else was[name] for name in names}
        if _equal(wanted, before) or _equal(theirs, wanted):
            continue  # I changed nothing, or the server already has it
        if _equal(theirs, before):
            _put(fields, wanted)
        else:
            conflicts.append(FieldConflict(names, theirs, wanted, before))
    return Merge(fields, tuple(conflicts))


def merge_set(
    key: str,
    current: Mapping[str, Element],
    add: Sequence[Element],
    remove: Sequence[str],
    was: Mapping[str, Element] | None = None,
) -> SetMerge:
    """Put additions and removals on a set whose elements bear their id in `key`.

    `was` holds the elements as the phone saw them, where the patch replaces or removes one that
    can change. Without it an addition means a new element, and a removal is taken at its word.
    Every element of `add` must bear its id.
    """
    seen = was or {}
    elements = dict(current)
    conflicts: list[ElementConflict] = []
    added = {element[key] for element in add}
    for id in remove:
        theirs = current.get(id)
        if theirs is None or id in added:
            continue
        if id in seen and not same(theirs, seen[id]):
            conflicts.append(ElementConflict(id, theirs, None, seen[id]))
        else:
            del elements[id]
    for element in add:
        id = element[key]
        theirs, before = current.get(id), seen.get(id)
        if same(theirs, element) or same(element, before):
            continue  # the server already has it, or I changed nothing
        if same(theirs, before):
            elements[id] = element
        else:
            conflicts.append(ElementConflict(id, theirs, element, before))
    return SetMerge(elements, tuple(conflicts))


def touched_groups(policy: MergePolicy, mine: Values) -> Iterator[tuple[str, ...]]:
    """The groups that a patch names, each once, in the patch's order."""
    done: set[tuple[str, ...]] = set()
    for name in mine:
        group = policy.group_of(name)
        if group not in done:
            done.add(group)
            yield group


def _equal(one: Values, other: Values) -> bool:
    return all(same(value, other[name]) for name, value in one.items())


def _put(fields: dict[str, Any], values: Values) -> None:
    for name, value in values.items():
        if value is None:
            fields.pop(name, None)
        else:
            fields[name] = value
