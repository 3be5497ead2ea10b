"""The country on a day, before and after the reform of July 2025."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.places import queries
from server.places.models import UnitSuccession, UnitVersion

BEFORE, REFORM, TODAY = date(2025, 6, 30), date(2025, 7, 1), date(2026, 11, 20)


@pytest.mark.parametrize(
    ("day", "provinces", "communes"),
    [(BEFORE, 63, 10_035), (REFORM, 34, 3_321), (TODAY, 34, 3_321)],
)
def test_counts(session: Session, day: date, provinces: int, communes: int) -> None:
    assert len(queries.units_of_level(session, "province", day)) == provinces
    assert len(queries.units_of_level(session, "commune", day)) == communes
    counts = queries.commune_counts(session, day)
    assert (len(counts), sum(counts.values())) == (provinces, communes)


def test_a_code_passes_from_one_unit_to_another(session: Session) -> None:
    names = [unit.full_name for unit in queries.versions(session, "commune", "00004")]
    assert names == ["Phường Trúc Bạch", "Phường Ba Đình"]
    assert queries.lineage_id(session, "c-00004-old") == "c-00004-old"


def test_a_commune_that_becomes_a_ward_keeps_its_lineage(session: Session) -> None:
    (new,) = [
        unit for unit in queries.communes_of_province(session, "75", TODAY)
        if unit.id.endswith("-2026")
    ][:1]  # fmt: skip
    first = f"c-{new.code}-2025"
    assert queries.lineage_id(session, new.id) == queries.lineage_id(session, first) == first
    then = queries.version_on(session, "commune", new.code, REFORM)
    assert then is not None
    assert (then.type, new.type) == ("xã", "phường")
    # the province of then, and the city of now
    assert queries.ancestors(session, first)[0].id == "p-75-2025"
    assert queries.ancestors(session, first, TODAY)[0].id == "p-75-2026"


def test_every_old_commune_reaches_one_of_today(session: Session) -> None:
    following: dict[str, list[str]] = defaultdict(list)
    for link in session.execute(select(UnitSuccession.from_id, UnitSuccession.to_id)):
        following[link.from_id].append(link.to_id)
    in_force = set(session.scalars(select(UnitVersion.id).where(UnitVersion.valid_to.is_(None))))

    def reaches(unit_id: str) -> bool:
        return unit_id in in_force or any(map(reaches, following[unit_id]))

    old = queries.units_of_level(session, "commune", BEFORE)
    assert [unit.id for unit in old if not reaches(unit.id)] == []


def test_successions_both_ways(session: Session) -> None:
    made_from = queries.predecessors(session, "c-00004-2025")
    assert "Phường Trúc Bạch" in {link.unit.full_name for link in made_from}
    assert {link.date for link in made_from} == {REFORM}
    parts = [link for link in made_from if link.partial]
    assert all(len(queries.successors(session, link.unit.id)) > 1 for link in parts)


def test_what_does_not_exist(session: Session) -> None:
    assert queries.unit(session, "c-99999-2025") is None
    assert queries.unit(session, "o-nowhere") is None
    assert queries.ancestors(session, "c-99999-2025") == []
    assert queries.version_on(session, "commune", "99999", TODAY) is None
    with pytest.raises(KeyError):
        queries.lineage_id(session, "c-99999-2025")


def test_the_nation_is_a_unit(session: Session) -> None:
    nation = queries.unit(session, "vn")
    assert nation is not None
    assert (nation.level, nation.full_name) == ("nation", "Cả nước")
    assert queries.ancestors(session, "vn") == []
    assert queries.province_code(session, "vn") is None
    assert queries.province_code(session, "c-00004-2025") == "01"
