"""What an activity adds to the annex's rows and to the metrics of targets.

Not here: when it counts (`done`, `sent`, `approved` are of the activity's status) and how figures
are added up (`measures`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.catalogue.checking import COMMUNE
from server.catalogue.conditions import holds
from server.catalogue.kind import CountRule, Kind
from server.catalogue.rules import Reading, read


@dataclass(frozen=True, slots=True)
class Count:
    """`code`: an annex row (`I.4`) or a metric (`themed_peaks`). `amount` is at least 1.

    With a `group_key` (a wave, a peak, an organisation, a commune) a figure may count groups.
    """

    code: str
    amount: int
    group_key: str | None = None


def counts(
    kind: Kind,
    fields: Mapping[str, Any],
    sets: Mapping[str, Mapping[str, Any]],
    commune_id: str | None = None,
) -> list[Count]:
    """What the activity counts for. `commune_id` becomes the group key where a kind asks for it."""
    del sets  # nothing is counted by its evidence yet; callers need not know
    return count(kind, read(kind, fields), commune_id)


def count(kind: Kind, reading: Reading, commune_id: str | None) -> list[Count]:
    """`counts` of a form that was read already."""
    values = reading.values
    found: list[Count] = []
    for rule in kind.counts:
        if rule.when is None or holds(rule.when, values):
            found += _counted(rule, values, commune_id)
    return found


def _counted(rule: CountRule, values: Mapping[str, Any], commune_id: str | None) -> list[Count]:
    amount = values.get(rule.amount, 0) if isinstance(rule.amount, str) else rule.amount
    if amount < 1:
        return []
    if rule.group_key is None:
        return [Count(rule.code, amount)]
    if rule.group_key == COMMUNE:
        return [Count(rule.code, amount, commune_id)]
    chosen = values.get(rule.group_key)
    keys = chosen if isinstance(chosen, list) else [chosen]
    return [Count(rule.code, amount, key) for key in keys]
