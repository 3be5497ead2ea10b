"""Names of places for a reader, and areas to narrow a list by."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from server.activities import queries, units
from server.http.actor import Area
from tests.factories.accounts import make_account
from tests.factories.activities import make_activity


def test_a_unit_narrows_to_what_lies_in_it(session: Session) -> None:
    assert units.area_of_unit(session, None) is None
    commune = units.area_of_unit(session, "c-00004-2025")
    assert commune is not None
    assert commune.commune_ids == {"c-00004-2025"}
    province = units.area_of_unit(session, "p-01-2025")
    assert province is not None
    assert province.province_codes == {"01"}
    assert units.area_of_unit(session, "vn") == Area(nation=True)


def test_an_unknown_unit_holds_nothing(session: Session, now: datetime) -> None:
    make_activity(session, now, make_account(session, now))
    area = units.area_of_unit(session, "c-99999-2025")
    wanted = queries.Filter(area=Area(nation=True), unit_area=area)
    assert list(queries.list_page(session, wanted, None, 10)) == []


def test_rows_bear_the_names_of_their_day(session: Session, now: datetime) -> None:
    activity_id = make_activity(session, now, make_account(session, now))
    row = queries.get(session, activity_id)
    assert row is not None
    (item,) = units.with_names(session, [row])
    assert item["unit_name"] == "Phường Ba Đình"
    assert item["province_name"] == "Thành phố Hà Nội"
