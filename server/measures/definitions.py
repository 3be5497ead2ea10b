"""What every number means. Screens, exports, reports and the phone all take it from here.

An activity is *done* when it is recorded and neither rejected nor withdrawn (drafts that reached
the server too), *sent* when it waits for review or is past it, *approved* when approved. Not
here: which activity counts for what (the catalogue's `counts`), how rows are added up (`tallies`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from server.plans.models import METRICS

DONE: frozenset[str] = frozenset({"draft", "submitted", "returned", "approved"})
SENT: frozenset[str] = frozenset({"submitted", "approved"})
APPROVED: frozenset[str] = frozenset({"approved"})

#: Decimals of a share, as the annex's reports write it: 17,7 %.
SHARE_DECIMALS = 1


class Figure(NamedTuple):
    """One number in the three senses."""

    done: float = 0
    sent: float = 0
    approved: float = 0

    def plus(self, other: Figure) -> Figure:
        return Figure(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    def reaches(self, minimum: float) -> Figure:
        """1 in each sense that is at least `minimum`, else 0."""
        return Figure(*(int(value >= minimum) for value in self))


@dataclass(frozen=True, slots=True)
class Metric:
    """How a target's number is counted, and who owes it.

    `counting`: "amount" adds up; "groups" counts different group keys (waves, clusters); "share"
    is the part of communes that appear, in percent; "row" is the figure of the annex's row.
    `owed_by`: each place of this level has the target for itself; "anyone": it stands as it is
    for whatever part of the country is looked at. `by_week`: the target holds for each ISO week.
    `is_per_group`: the target holds for each group (mass organisation), how many is not stated.
    """

    counting: Literal["amount", "groups", "share", "row"]
    owed_by: Literal["nation", "province", "commune", "anyone"]
    by_week: bool = False
    is_per_group: bool = False


DEFINITIONS: Mapping[str, Metric] = {
    "training_clusters": Metric("groups", "nation"),
    "enterprise_conferences": Metric("amount", "province"),
    "communes_with_group_conference_share": Metric("share", "province"),
    "collaborator_conferences": Metric("amount", "province", is_per_group=True),
    "voluntary_si_broadcasts": Metric("amount", "commune", by_week=True),
    "themed_peaks": Metric("groups", "anyone"),
    "campaign_waves": Metric("groups", "province"),
    "row_figure": Metric("row", "province"),
}
assert set(DEFINITIONS) == set(METRICS), "a metric without a definition"

#: Metrics of whose counts the group keys matter, besides what the catalogue says of rows.
GROUPED: frozenset[str] = frozenset(
    name
    for name, metric in DEFINITIONS.items()
    if metric.counting in ("groups", "share") or metric.is_per_group
)
