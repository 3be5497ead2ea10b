"""How a kind of activity merges: which fields belong together, which are sets.

The catalogue declares it per kind (`catalogue.derive.merge_policy`). Not here: what a field means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class MergePolicy:
    """`groups`: fields that only make sense together, such as latitude, longitude and accuracy.

    `set_fields`: name of each set field -> the key of its elements that is their id.
    `known_fields`: everything else that this server knows; other names are kept in `extra`.
    """

    groups: tuple[tuple[str, ...], ...]
    set_fields: Mapping[str, str]
    known_fields: frozenset[str]
    _group_of: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found = {name: group for group in self.groups for name in group}
        assert len(found) == sum(map(len, self.groups)), "a field stands in two groups"
        object.__setattr__(self, "_group_of", found)

    def group_of(self, name: str) -> tuple[str, ...]:
        """The fields that are decided together with `name`; alone if nothing was declared."""
        return self._group_of.get(name, (name,))
