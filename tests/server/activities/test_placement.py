"""Where an activity lies, and who may report there."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from server.activities.placement import Atlas, Place, may_write
from server.http.actor import Actor, Area

COMMUNE = Place("commune:c-00004-2025", "c-00004-2025", "c-00004-2025", "01")
PROVINCE = Place("province:p-01-2025", "p-01-2025", None, "01")
NATION = Place("nation:vn", "vn", None, None)


def test_scopes_name_places(session: Session) -> None:
    atlas = Atlas(session)
    assert atlas.place("commune:c-00004-2025") == COMMUNE
    assert atlas.place("province:p-01-2025") == PROVINCE
    assert atlas.place("nation:vn") == NATION


@pytest.mark.parametrize(
    "scope",
    ["reference", "account:x", "commune:p-01-2025", "commune:vn", "province:c-00004-2025",
     "commune:c-99999-2025", "nation:", "commune:", ":", "planet:vn", "commune:c-00004-old"],
)  # fmt: skip
def test_anything_else_is_no_place_for_activities(session: Session, scope: str) -> None:
    assert Atlas(session).place(scope) is None


def test_without_a_day_the_unit_is_the_lineage(session: Session) -> None:
    atlas = Atlas(session)
    assert atlas.unit_on(COMMUNE, None) == "c-00004-2025"
    assert atlas.unit_on(COMMUNE, date(2026, 11, 20)) == "c-00004-2025"
    assert atlas.unit_on(PROVINCE, date(2026, 11, 20)) == "p-01-2025"
    assert atlas.unit_on(NATION, date(2026, 11, 20)) == "vn"


@pytest.mark.parametrize(
    ("role", "area", "allowed"),
    [
        ("collaborator", Area(commune_ids=frozenset({"c-00004-2025"})), [COMMUNE]),
        ("collaborator", Area(commune_ids=frozenset({"c-00008-2025"})), []),
        ("provincial_reviewer", Area(province_codes=frozenset({"01"})), [COMMUNE, PROVINCE]),
        ("provincial_reviewer", Area(nation=True), [COMMUNE, PROVINCE, NATION]),
        ("auditor", Area(nation=True), []),
    ],
)
def test_who_may_write_where(role: str, area: Area, allowed: list[Place]) -> None:
    actor = Actor("a", "Lò Thị Mai", role, "vn", area)  # type: ignore[arg-type]
    places = [COMMUNE, PROVINCE, NATION]
    assert [place for place in places if may_write(actor, place)] == allowed
