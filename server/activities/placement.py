"""Where an activity lies: its feed, commune, province, and the unit's version on the day.

An activity is filed under the commune's lineage, which outlives renaming and retyping; beside it
stands the version of the unit valid on the event date, which is never rewritten. Not here: who
may write there (`accounts.policy`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from server.accounts import policy
from server.http.actor import Actor
from server.places import queries as places
from server.places.models import Level

_LEVELS = {"commune": "c", "province": "p", "nation": "vn"}


@dataclass(frozen=True, slots=True)
class Place:
    """A scope of activities. `commune_id` is a lineage id; None above the communes."""

    scope: str
    unit_id: str
    commune_id: str | None
    province_code: str | None


class Atlas:
    """Answers for one batch, each question asked of the database once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._places: dict[str, Place | None] = {}
        self._versions: dict[tuple[str, date], str] = {}

    def place(self, scope: str) -> Place | None:
        """The place that `scope` names, by any version of its unit; None if there is none."""
        if scope not in self._places:
            self._places[scope] = self._find(scope)
        return self._places[scope]

    def unit_on(self, place: Place, day: date | None) -> str:
        """The version of the place's unit valid on `day`; the lineage's own without a day."""
        if day is None or place.unit_id == "vn":
            return place.unit_id
        key = (place.unit_id, day)
        if key not in self._versions:
            level, code, _ = place.unit_id.split("-")
            name: Level = "commune" if level == "c" else "province"
            found = places.version_on(self._session, name, code, day)
            self._versions[key] = place.unit_id if found is None else found.id
        return self._versions[key]

    def _find(self, scope: str) -> Place | None:
        level, _, unit_id = scope.partition(":")
        prefix = _LEVELS.get(level)
        if prefix is None or not (unit_id == prefix or unit_id.startswith(f"{prefix}-")):
            return None
        if unit_id == "vn":
            return Place(scope, unit_id, None, None)
        unit = places.unit(self._session, unit_id)
        if unit is None or unit.valid_from is None:
            return None  # units of before the reform have no feed
        if level == "province":
            return Place(scope, unit_id, None, unit.code)
        # The first version is the lineage's own id: spares a query at nearly every push
        is_first = unit.valid_from == places.REFORM
        lineage = unit_id if is_first else places.lineage_id(self._session, unit_id)
        return Place(f"commune:{lineage}", lineage, lineage, unit.province_code)


def may_write(actor: Actor, place: Place) -> bool:
    """Whether `actor` may report there. The nation's own feed needs the nation as area."""
    if place.province_code is None:
        return actor.area.nation and policy.may(actor, "activity.write")
    return policy.may(
        actor,
        "activity.write",
        province_code=place.province_code,
        commune_id=place.commune_id,
    )
