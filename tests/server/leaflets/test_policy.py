"""Who reads and makes leaflets and runs, by role and place."""

from __future__ import annotations

import pytest

from server.http.actor import ROLES, Actor, Area, Role
from server.leaflets import policy
from server.leaflets.models import Leaflet
from server.problems import ProblemError

HANOI = Area(province_codes=frozenset({"01"}))
OFFICE = Area(commune_ids=frozenset({"c-00004-2025"}))
NATION = Area(nation=True)


def actor(role: Role, area: Area = HANOI) -> Actor:
    return Actor("a", "Mai", role, "p-01-2025", area)


def passes(check: object, *arguments: object) -> bool:
    try:
        check(*arguments)  # type: ignore[operator]
    except ProblemError:
        return False
    return True


def test_roles() -> None:
    reads = {role for role in ROLES if passes(policy.ensure_reads, actor(role))}
    writes = {role for role in ROLES if passes(policy.ensure_writes, actor(role))}
    assert set(ROLES) - reads == {"collaborator"}
    assert writes == {"planner", "administrator", "provincial_reviewer"}


@pytest.mark.parametrize(
    ("area", "owner", "may"),
    [(HANOI, "01", True), (HANOI, "79", False), (HANOI, None, False), (OFFICE, "01", False),
     (NATION, None, True), (NATION, "79", True)],
)  # fmt: skip
def test_whose_leaflets_one_makes(area: Area, owner: str | None, may: bool) -> None:
    assert passes(policy.ensure_may_change, actor("planner", area), owner) is may


def test_everybody_reads_the_nations() -> None:
    assert policy.may_read(actor("auditor"), Leaflet(owner_province=None), ["01"])
    assert policy.may_read(actor("auditor"), Leaflet(owner_province="01"), ["01"])
    assert not policy.may_read(actor("auditor"), Leaflet(owner_province="79"), ["01"])


@pytest.mark.parametrize(
    ("area", "province", "commune", "may"),
    [(HANOI, "01", "c-00008-2025", True), (HANOI, "79", None, False), (HANOI, None, None, False),
     (OFFICE, "01", "c-00004-2025", True), (OFFICE, "01", "c-00008-2025", False),
     (OFFICE, "01", None, False), (NATION, None, None, True)],
)  # fmt: skip
def test_where_one_makes_runs(
    area: Area, province: str | None, commune: str | None, may: bool
) -> None:
    assert policy.may_at(actor("planner", area), "leaflet.write", province, commune) is may
