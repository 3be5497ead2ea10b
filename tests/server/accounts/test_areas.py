"""Areas and feeds that follow from an account's units."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from server.accounts import areas
from server.http.actor import Area
from server.places import queries as places
from server.places.operations import put_office

TODAY = date(2026, 11, 20)


def test_units_make_an_area(session: Session) -> None:
    found = areas.area_of(session, ("c-00004-2025", "p-31-2025"), TODAY)
    assert found == Area(False, frozenset({"31"}), frozenset({"c-00004-2025"}))
    assert areas.area_of(session, ("vn",), TODAY) == Area(nation=True)


def test_later_version_of_a_commune_keeps_its_feed(session: Session) -> None:
    retyped = next(
        one.id for one in places.units_of_level(session, "commune", TODAY)
        if one.id.endswith("-2026")
    )  # fmt: skip
    area = areas.area_of(session, (retyped,), TODAY)
    assert area.commune_ids == {retyped.replace("-2026", "-2025")}


def test_scopes_of_each_level() -> None:
    area = Area(True, frozenset({"31", "01"}), frozenset({"c-00008-2025", "c-00004-2025"}))
    assert areas.scopes_of(area, "a") == (
        "commune:c-00004-2025",
        "commune:c-00008-2025",
        "province:p-01-2025",
        "province:p-31-2025",
        "nation:vn",
        "account:a",
        "reference",
    )


def test_names_say_the_province(session: Session) -> None:
    commune = areas.names_of(session, "c-00004-2025")
    assert commune is not None
    assert (commune.full_name, commune.province) == ("Phường Ba Đình", "Hà Nội")
    province = areas.names_of(session, "p-01-2025")
    assert province is not None
    assert (province.name, province.province) == ("Hà Nội", None)
    assert areas.names_of(session, "c-99999-2025") is None


def test_feed_of_a_place_names_its_unit() -> None:
    assert areas.unit_of_scope("commune:c-00004-2025") == "c-00004-2025"
    assert areas.unit_of_scope("nation:vn") == "vn"
    assert areas.unit_of_scope("account:a") is None
    assert areas.unit_of_scope("reference") is None


def test_offices_bring_their_communes(session: Session) -> None:
    put_office(session, "o-ba-dinh", "BHXH cơ sở Ba Đình", "01",
               ["c-00004-2025", "c-00008-2025"], date(2025, 10, 1))  # fmt: skip
    area = areas.area_of(session, ("o-ba-dinh",), TODAY)
    assert area.commune_ids == {"c-00004-2025", "c-00008-2025"}
    assert not area.province_codes
