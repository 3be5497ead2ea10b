"""Communes of the simulated country: which there are, and what became of those that ended.

Pure. `Communes` maps the scope of a commune to those that took its place, the first being the one
to which its activities go; to nothing while it is in force. Not here: rows and accounts, which
follow (`reforms`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Communes = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Act:
    """`old` communes become `new` ones, the first being the heir. `number` counts acts."""

    number: int
    kind: Literal["merge", "split", "rename"]
    old: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def ended(self) -> tuple[str, ...]:
        """Those whose feed closes; one that goes on under its own code stays."""
        return tuple(scope for scope in self.old if scope not in self.new)


def options(communes: Communes, scope: str) -> tuple[str, ...]:
    """Where an activity that names `scope` may lie today, ascending; nothing if it is no place."""
    heirs = communes.get(scope)
    if heirs is None:
        return ()
    if not heirs:
        return (scope,)
    return tuple(sorted({leaf for heir in heirs for leaf in options(communes, heir)}))


def leads_to(communes: Communes, scope: str) -> str:
    """Where the rows of a feed go in the end; the feed itself while it is in force."""
    return way_of(communes, scope)[-1]


def way_of(communes: Communes, scope: str) -> tuple[str, ...]:
    """The feeds through which the rows of one go, itself the first, the one in force the last."""
    heirs = communes.get(scope)
    return (scope, *way_of(communes, heirs[0])) if heirs else (scope,)


def live(communes: Communes) -> list[str]:
    """Those in force, ascending."""
    return sorted(scope for scope, heirs in communes.items() if not heirs)


def is_one_of(communes: Communes, place: str, granted: Iterable[str]) -> bool:
    """Whether somebody of the communes `granted` works where `place` lies or goes."""
    own = set(granted)
    if not own.isdisjoint((place, *options(communes, place))):
        return True
    return any(place in options(communes, scope) for scope in own)
