"""Where an activity lies: its feed, commune, province, and the unit's version on the day.

An activity is filed under the commune's lineage, which outlives renaming and retyping; beside it
stands the version of the unit valid on the event date, which is never rewritten. A phone may name
any version of any reform, for ever: it is taken for what its unit is today. Not here: who may
write there (`accounts.policy`), what a unit became (`places.lineages`), moving what lies in a
commune that is merged away (`moving`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from server.accounts import policy
from server.http.actor import Actor
from server.places import lineages
from server.places import queries as places
from server.places.models import Level, Unit
from sync import outcome as outcomes
from sync.outcome import Parked

_LEVELS = {"commune": "c", "province": "p", "nation": "vn"}
_OLD = "-old"  # how the ids of units of before the reform end


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
        self._places: dict[str, tuple[Place, ...]] = {}
        self._versions: dict[tuple[str, date], str] = {}
        self._units: dict[str, Unit] = {}

    def place(self, scope: str) -> Place | None:
        """The one place that `scope` names, by any version of its unit; None if there is none, or
        several to choose from."""
        found = self.places(scope)
        return found[0] if len(found) == 1 else None

    def places(self, scope: str) -> tuple[Place, ...]:
        """Where an activity that names `scope` may lie: several if the unit was divided."""
        if scope not in self._places:
            self._places[scope] = self._find(scope)
        return self._places[scope]

    def is_same(self, scope: str, place: Place) -> bool:
        """Whether an operation that names `scope` may mean an activity that lies in `place`."""
        if scope == place.scope:
            return True
        named = self.places(scope)
        return place in named or bool(set(named) & set(self.places(place.scope)))

    def unit_on(self, place: Place, day: date | None, named: str) -> str:
        """The version that an event on `day` belongs to, for a unit named by any of its versions;
        without a day the one that was named."""
        if day is None or place.unit_id == "vn":
            return named
        key = (named, day)
        if key not in self._versions:
            self._versions[key] = self._version(place, day, named)
        return self._versions[key]

    def may_write(self, actor: Actor, place: Place) -> bool:
        """`may_write`, also in the midst of a merger: the place's rows may still be on their way
        to where the actor works, or the actor was asked for a moment before its units followed."""
        if may_write(actor, place):
            return True
        if any(may_write(actor, each) for each in self.places(place.scope) if each != place):
            return True
        worked_in = (lineages.scope_of(each) for each in sorted(actor.area.commune_ids))
        return policy.may(actor, "activity.write") and any(
            place in self.places(scope) for scope in worked_in
        )

    def _version(self, place: Place, day: date, named: str) -> str:
        known = self._units.get(named)
        if (
            known is not None
            and known.valid_from is not None
            and known.valid_from <= day
            and (known.valid_to is None or day <= known.valid_to)
        ):
            return named  # of a code there is one version on any day
        level, code, _ = named.split("-")
        name: Level = "commune" if level == "c" else "province"
        found = places.version_on(self._session, name, code, day)
        # A code of before the reform belonged to another unit, mostly a smaller one.
        if found is not None and found.id.endswith(_OLD) == named.endswith(_OLD):
            return found.id
        return lineages.version_on(self._session, named, day, place.unit_id)

    def _find(self, scope: str) -> tuple[Place, ...]:
        level, _, unit_id = scope.partition(":")
        prefix = _LEVELS.get(level)
        if prefix is None or not (unit_id == prefix or unit_id.startswith(f"{prefix}-")):
            return ()
        if unit_id == "vn":
            return (Place(scope, unit_id, None, None),)
        unit = places.unit(self._session, unit_id)
        if unit is None:
            return ()
        self._units[unit_id] = unit
        if unit.valid_from == places.REFORM and unit.valid_to is None:
            # The lineage's own id, still in force: spares the queries at nearly every push
            return (_place(unit.id, unit.province_code),)
        found = lineages.live(self._session, [unit_id])[unit_id]
        return tuple(_place(each.id, each.province_code) for each in found)


def _place(lineage_id: str, province_code: str | None) -> Place:
    commune_id = lineage_id if lineage_id.startswith("c-") else None
    return Place(lineages.scope_of(lineage_id), lineage_id, commune_id, province_code)


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


def ask_for_area(session: Session, options: Sequence[Place]) -> Parked:
    """The outcome of a new activity in a unit that was divided: its author says where it was."""
    names = places.units(session, [option.unit_id for option in options])
    problem = {
        "field": "scope",
        "code": outcomes.AREA_CHOICE,
        "vi": "Đơn vị hành chính này đã được chia. Anh/chị chọn nơi diễn ra hoạt động rồi gửi lại.",
        "en": "This unit has been divided. Choose where the activity took place, then resend.",
        "options": [
            {"scope": option.scope, "name": names[option.unit_id].full_name} for option in options
        ],
    }
    return Parked(outcomes.AREA_CHOICE, (problem,))


def may_review(actor: Actor, place: Place) -> bool:
    """Whether `actor` reviews there, whoever the author is. The nation's own feed as above."""
    if place.province_code is None:
        return actor.area.nation and policy.may(actor, "activity.review")
    return policy.may(
        actor,
        "activity.review",
        province_code=place.province_code,
        commune_id=place.commune_id,
    )
