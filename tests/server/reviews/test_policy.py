"""Who may decide on what: every role and area against one report."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from server import problems
from server.http.actor import ROLES, Actor, Area, Role
from server.problems import Problem, ProblemError
from server.reviews.policy import ensure_may_decide

AREAS = {
    "province": Area(province_codes=frozenset({"01"})),
    "elsewhere": Area(province_codes=frozenset({"79"})),
    "commune": Area(commune_ids=frozenset({"c-00004-2025"})),
    "nation": Area(nation=True),
}
REPORT = SimpleNamespace(author_id="a", province_code="01", commune_id="c-00004-2025")
OF_THE_NATION = SimpleNamespace(author_id="a", province_code=None, commune_id=None)


def _verdict(role: Role, area: str, row: Any, account_id: str = "r") -> Problem | None:
    try:
        ensure_may_decide(Actor(account_id, "Ai đó", role, "x", AREAS[area]), row)
    except ProblemError as error:
        return error.problem
    return None


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("area", AREAS)
def test_reviewers_decide_in_their_area_and_nobody_else_does(role: Role, area: str) -> None:
    is_reviewer = role in ("office_reviewer", "provincial_reviewer")
    may = is_reviewer and area != "elsewhere"
    assert _verdict(role, area, REPORT) is (None if may else problems.FORBIDDEN)


def test_work_of_the_nation_is_decided_by_who_sees_the_nation() -> None:
    assert _verdict("provincial_reviewer", "nation", OF_THE_NATION) is None
    assert _verdict("provincial_reviewer", "province", OF_THE_NATION) is problems.FORBIDDEN


def test_own_work_and_nothing_at_all() -> None:
    assert _verdict("provincial_reviewer", "province", REPORT, "a") is problems.OWN_WORK
    assert _verdict("provincial_reviewer", "province", None) is problems.NOT_FOUND
