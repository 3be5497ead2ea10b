"""Loading the country, keeping offices."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from server.places import queries
from server.places.models import UnitSuccession, UnitVersion
from server.places.operations import DATA, load_units
from tests.factories.places import HANOI_COMMUNES, make_office


def test_the_whole_data_set_is_loaded(session: Session) -> None:
    assert session.scalar(select(func.count()).select_from(UnitVersion)) == 14_174 + 1  # the nation
    assert session.scalar(select(func.count()).select_from(UnitSuccession)) == 10_659


def test_loading_again_reads_nothing(session: Session) -> None:
    assert load_units(session) is False


def test_a_changed_file_corrects_rows_and_keeps_the_others(
    session: Session, tmp_path: Path
) -> None:
    for name in ("units.csv", "successions.csv"):
        content = (DATA / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(content.replace("Phường Ba Đình", "Phường Ba Đình Mới"))
    assert load_units(session, tmp_path) is True
    found = queries.unit(session, "c-00004-2025")
    assert found is not None
    assert found.full_name == "Phường Ba Đình Mới"
    assert session.scalar(select(func.count()).select_from(UnitVersion)) == 14_175


def test_a_copy_without_the_hashes_loads_to_the_same(session: Session) -> None:
    session.execute(text("DELETE FROM unit_file"))
    assert load_units(session) is True
    assert session.scalar(select(func.count()).select_from(UnitVersion)) == 14_175


def test_an_office_changes_its_area_on_a_day(session: Session) -> None:
    first, second, third = HANOI_COMMUNES
    office = make_office(session, communes=(first, second))
    make_office(session, office, communes=(second, third), valid_from=date(2026, 3, 1))
    make_office(session, office, communes=(second, third), valid_from=date(2026, 3, 1))
    assert queries.communes_of_office(session, office, date(2026, 2, 28)) == [first, second]
    assert queries.communes_of_office(session, office, date(2026, 3, 1)) == [second, third]
    assert queries.office_of_commune(session, first, date(2026, 3, 1)) is None
    found = queries.office_of_commune(session, third, date(2026, 3, 1))
    assert found is not None
    assert (found.id, found.level, found.province_code) == (office, "office", "01")


def test_an_office_lies_in_its_province(session: Session) -> None:
    office = make_office(session)
    assert [unit.id for unit in queries.ancestors(session, office)] == ["p-01-2025"]
    assert queries.lineage_id(session, office) == office
