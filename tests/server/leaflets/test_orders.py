"""A commune is found by its name as people write it, and never guessed."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from server.http.actor import SYSTEM
from server.leaflets.orders import Order, Troubles, place

TODAY = date(2026, 11, 20)
HAI_PHONG = "31"  # Cẩm Giang and Cẩm Giàng both lie here


def placed(session: Session, text: str, province: str | None = None) -> tuple[str | None, Troubles]:
    troubles = Troubles()
    order = Order(7, text, 100, "", TODAY, TODAY)
    found = place(session, SYSTEM, [order], TODAY, troubles, province)
    return (found[0].commune_id if found else None), troubles


@pytest.mark.parametrize(
    "text", ["Ba Đình", "ba dinh", "Phường Ba Đình", "p. Ba Đình", "BA ĐÌNH", "Ba Dinh, Ha Noi"]
)
def test_any_way_of_writing_finds_it(session: Session, text: str) -> None:
    found, troubles = placed(session, text, "01")
    assert (found, troubles.found) == ("c-00004-2025", [])


def test_a_code_finds_it_in_its_province_only(session: Session) -> None:
    assert placed(session, "00004", "01")[0] == "c-00004-2025"
    found, troubles = placed(session, "00004", HAI_PHONG)
    assert (found, troubles.found[0]["code"]) == (None, "unknown")


def test_without_diacritics_both_are_named_and_none_is_taken(session: Session) -> None:
    found, troubles = placed(session, "Cam Giang", HAI_PHONG)
    (trouble,) = troubles.found
    assert (found, trouble["code"], trouble["row"]) == (None, "ambiguous", 7)
    names = {one["full_name"] for one in trouble["candidates"]}
    assert names == {"Xã Cẩm Giang", "Xã Cẩm Giàng"}
    one, _ = placed(session, "Cẩm Giàng", HAI_PHONG)
    other, _ = placed(session, "Xã Cẩm Giang", HAI_PHONG)
    assert one
    assert other
    assert one != other


def test_a_name_of_several_provinces_needs_its_province(session: Session) -> None:
    found, troubles = placed(session, "Tân Tiến")
    assert (found, troubles.found[0]["code"]) == (None, "ambiguous")
    assert placed(session, "Xã Tân Tiến, Đắk Lắk")[0] is not None


def test_a_wrong_diacritic_is_no_other_commune(session: Session) -> None:
    found, troubles = placed(session, "Bá Định", "01")
    assert (found, troubles.found[0]["code"]) == (None, "unknown")
    assert "Phường Ba Đình" in {one["full_name"] for one in troubles.found[0]["candidates"]}


def test_an_old_name_leads_to_those_that_it_became(session: Session) -> None:
    found, troubles = placed(session, "Trúc Bạch", "01")
    assert (found, troubles.found[0]["code"]) == (None, "unknown")
    assert "Phường Ba Đình" in {one["full_name"] for one in troubles.found[0]["candidates"]}


def test_an_earlier_id_finds_the_unit_of_today(session: Session, now: datetime) -> None:
    assert placed(session, "c-00004-2025")[0] == "c-00004-2025"
    found, troubles = placed(session, "o-01-ba-dinh")
    assert (found, troubles.found[0]["code"]) == (None, "unknown")
