"""Who may do what, and where: every cell of role and action."""

from __future__ import annotations

import pytest

from server.accounts.policy import ALLOWED, Action, ensure, may, may_throughout
from server.http.actor import ROLES, SYSTEM, Actor, Area, Role
from server.problems import ProblemError

COMMUNE = "c-00004-2025"
HERE = Area(commune_ids=frozenset({COMMUNE}))
PROVINCE = Area(province_codes=frozenset({"01"}))

#: Role by role, what it may do within its area. A new action or role without a row fails.
TABLE: dict[Role, set[Action]] = {
    "collaborator": {"activity.read", "activity.write"},
    "office_reviewer": {"activity.read", "activity.write", "activity.review", "leaflet.read"},
    "provincial_reviewer": {
        "activity.read", "activity.write", "activity.review", "leaflet.read", "leaflet.write",
    },
    "planner": {"activity.read", "plan.edit", "leaflet.read", "leaflet.write"},
    "administrator": {
        "activity.read", "plan.edit", "account.manage", "device.manage", "audit.read",
        "leaflet.read", "leaflet.write",
    },
    "auditor": {"activity.read", "audit.read", "leaflet.read"},
}  # fmt: skip


def actor(role: Role, area: Area = PROVINCE) -> Actor:
    return Actor("a", "Trần Bình", role, "p-01-2025", area)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ALLOWED)
def test_role_and_action(role: Role, action: Action) -> None:
    assert may(actor(role), action, province_code="01") is (action in TABLE[role])


@pytest.mark.parametrize("action", ALLOWED)
@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_allowed_outside_the_area(role: Role, action: Action) -> None:
    assert not may(actor(role), action, province_code="31", commune_id="c-11368-2025")
    assert not may(actor(role, HERE), action, province_code="01", commune_id="c-00008-2025")
    assert not may(actor(role, HERE), action, province_code="01")


@pytest.mark.parametrize("area", [HERE, PROVINCE, Area(nation=True)])
def test_commune_lies_in_its_province_and_nation(area: Area) -> None:
    found = may(
        actor("collaborator", area), "activity.read", province_code="01", commune_id=COMMUNE
    )
    assert found


def test_nobody_reviews_their_own_work() -> None:
    reviewer = actor("provincial_reviewer", Area(nation=True))
    assert not may(reviewer, "activity.review", province_code="01", author_id="a")
    assert may(reviewer, "activity.review", province_code="01", author_id="b")


def test_owner_may_always_report_a_lost_phone() -> None:
    assert may(actor("collaborator"), "device.manage", author_id="a")
    assert not may(actor("collaborator"), "device.manage", author_id="b")


def test_ensure_raises_forbidden() -> None:
    ensure(SYSTEM, "account.manage", province_code="01")
    with pytest.raises(ProblemError) as caught:
        ensure(actor("auditor"), "plan.edit")
    assert caught.value.problem.slug == "forbidden"


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        (Area(nation=True), Area(nation=True), True),
        (Area(nation=True), Area(), True),
        (PROVINCE, PROVINCE, True),
        (PROVINCE, HERE, True),
        (HERE, HERE, True),
        (PROVINCE, Area(nation=True), False),
        (PROVINCE, Area(province_codes=frozenset({"01", "31"})), False),
        (HERE, PROVINCE, False),
        (PROVINCE, Area(), False),
    ],
)
def test_managing_needs_the_whole_area(mine: Area, theirs: Area, expected: bool) -> None:
    boss = actor("administrator", mine)
    assert may_throughout(boss, "account.manage", theirs, {COMMUNE: "01"}) is expected
    assert not may_throughout(actor("planner", mine), "account.manage", theirs, {COMMUNE: "01"})
