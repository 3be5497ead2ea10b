"""Where an activity lies, and who may report there."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from server.activities.placement import Atlas, Place, ask_for_area, may_write
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
     "commune:c-99999-2025", "nation:", "commune:", ":", "planet:vn", "district:d-001-old"],
)  # fmt: skip
def test_anything_else_is_no_place_for_activities(session: Session, scope: str) -> None:
    assert Atlas(session).place(scope) is None


@pytest.mark.parametrize(
    ("named", "scope"),
    [
        ("commune:c-00004-old", "commune:c-00004-2025"),
        ("commune:c-07294-2026", "commune:c-07294-2025"),
        ("commune:c-07294-2025", "commune:c-07294-2025"),
        ("province:p-02-old", "province:p-08-2025"),
        ("province:p-75-2026", "province:p-75-2025"),
    ],
)
def test_every_name_that_a_place_ever_had(session: Session, named: str, scope: str) -> None:
    place = Atlas(session).place(named)
    assert place is not None
    assert place.scope == scope
    assert Atlas(session).is_same(named, place)
    assert not Atlas(session).is_same(named, NATION)


def test_a_divided_commune_is_several_places(session: Session) -> None:
    atlas = Atlas(session)
    assert atlas.place("commune:c-00007-old") is None
    options = atlas.places("commune:c-00007-old")
    assert [option.unit_id for option in options] == ["c-00008-2025", "c-00025-2025"]
    assert atlas.is_same("commune:c-00007-old", options[1])
    assert not atlas.is_same("commune:c-00007-old", COMMUNE)
    parked = ask_for_area(session, options)
    assert parked.reason == "area_choice"
    (problem,) = parked.problems
    assert problem["field"] == "scope"
    assert [option["scope"] for option in problem["options"]] == [
        "commune:c-00008-2025", "commune:c-00025-2025",
    ]  # fmt: skip
    assert problem["options"][0]["name"] == "Phường Ngọc Hà"


def test_the_unit_of_the_day(session: Session) -> None:
    atlas = Atlas(session)
    named = COMMUNE.unit_id
    assert atlas.unit_on(COMMUNE, None, named) == named
    assert atlas.unit_on(COMMUNE, date(2026, 11, 20), named) == named
    assert atlas.unit_on(COMMUNE, date(2025, 3, 1), named) == named
    assert atlas.unit_on(COMMUNE, date(2025, 3, 1), "c-00004-old") == "c-00004-old"
    assert atlas.unit_on(COMMUNE, date(2025, 9, 1), "c-00004-old") == named
    assert atlas.unit_on(PROVINCE, date(2026, 11, 20), "p-01-2025") == "p-01-2025"
    assert atlas.unit_on(NATION, date(2026, 11, 20), "vn") == "vn"


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
