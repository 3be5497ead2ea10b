"""Whose figures an account may see."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from server.http.actor import SYSTEM, Actor, Area
from server.measures.extent import find_extent
from server.problems import ProblemError
from tests.factories.measures import BA_DINH, CUA_NAM, HONG_GAI
from tests.factories.places import HANOI_COMMUNES, make_office

DAY = date(2026, 12, 31)
COLLABORATOR = Actor("a", "Mai", "collaborator", BA_DINH, Area(commune_ids=frozenset({BA_DINH})))
PROVINCIAL = Actor("b", "Khôi", "provincial_reviewer", "p-01-2025",
                   Area(province_codes=frozenset({"01"})))  # fmt: skip


@pytest.mark.parametrize(
    ("actor", "unit"),
    [(COLLABORATOR, CUA_NAM), (COLLABORATOR, "p-01-2025"), (COLLABORATOR, "vn"),
     (PROVINCIAL, "vn"), (PROVINCIAL, "p-22-2026"), (PROVINCIAL, HONG_GAI)],
)  # fmt: skip
def test_outside_ones_area(session: Session, actor: Actor, unit: str) -> None:
    with pytest.raises(ProblemError) as refused:
        find_extent(session, actor, unit, DAY)
    assert refused.value.problem.slug == "forbidden"


def test_ones_own_unit_when_none_is_named(session: Session) -> None:
    assert find_extent(session, COLLABORATOR, None, DAY).unit.id == BA_DINH
    assert find_extent(session, PROVINCIAL, None, DAY).province_codes == ("01",)
    nation = find_extent(session, SYSTEM, None, DAY)
    assert (nation.commune_total, len(nation.province_codes)) == (3321, 34)


def test_a_province_sees_its_communes(session: Session) -> None:
    assert find_extent(session, PROVINCIAL, CUA_NAM, DAY).commune_total == 1
    assert find_extent(session, PROVINCIAL, None, DAY).commune_total == 126


def test_an_office_has_the_communes_that_it_serves(session: Session) -> None:
    office = make_office(session)
    reviewer = Actor("c", "Hà", "office_reviewer", office,
                     Area(commune_ids=frozenset(HANOI_COMMUNES[:2])))  # fmt: skip
    assert find_extent(session, reviewer, None, DAY).commune_total == 2
    assert find_extent(session, PROVINCIAL, office, DAY).commune_total == 2
    with pytest.raises(ProblemError):
        find_extent(session, COLLABORATOR, office, DAY)


@pytest.mark.parametrize("unit", ["c-99999-2025", "d-001-old", "o-nowhere"])
def test_no_such_unit(session: Session, unit: str) -> None:
    with pytest.raises(ProblemError) as refused:
        find_extent(session, SYSTEM, unit, DAY)
    assert refused.value.problem.slug == "not-found"
