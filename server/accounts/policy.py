"""Who may do what, and where: the one policy. Pure; a table of roles and a test of the area.

An action on a thing asks with the thing's place (`province_code`, `commune_id`) and author; asked
without a place, the answer is only about the role. Lists are not asked row by row: their queries
narrow by `actor.area`. Not here: how an area follows from an account's units (`areas`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from server import problems
from server.http.actor import ROLES, Actor, Area, Role
from server.problems import ProblemError

Action = Literal[
    "activity.read", "activity.write", "activity.review", "plan.edit", "account.manage",
    "device.manage", "audit.read", "leaflet.read", "leaflet.write",
]  # fmt: skip

_REVIEWERS: frozenset[Role] = frozenset({"office_reviewer", "provincial_reviewer"})

ALLOWED: Mapping[Action, frozenset[Role]] = {
    "activity.read": frozenset(ROLES),
    "activity.write": _REVIEWERS | {"collaborator"},
    "activity.review": _REVIEWERS,
    "plan.edit": frozenset({"planner", "administrator"}),
    "account.manage": frozenset({"administrator"}),
    "device.manage": frozenset({"administrator"}),
    "audit.read": frozenset({"administrator", "auditor"}),
    # phones learn of print runs by their feeds
    "leaflet.read": frozenset(ROLES) - {"collaborator"},
    "leaflet.write": frozenset({"planner", "administrator", "provincial_reviewer"}),
}


def may(
    actor: Actor,
    action: Action,
    *,
    province_code: str | None = None,
    commune_id: str | None = None,
    author_id: str | None = None,
) -> bool:
    """Whether `actor` may do `action` to a thing of that place and author."""
    if action == "activity.review" and author_id == actor.account_id:
        return False  # nobody decides on their own work
    if action == "device.manage" and author_id == actor.account_id:
        return True  # a lost phone is reported by its owner first
    return actor.role in ALLOWED[action] and _within(actor, province_code, commune_id)


def ensure(
    actor: Actor,
    action: Action,
    *,
    province_code: str | None = None,
    commune_id: str | None = None,
    author_id: str | None = None,
) -> None:
    """Raise `forbidden` unless `may`."""
    if not may(actor, action, province_code=province_code, commune_id=commune_id,
               author_id=author_id):  # fmt: skip
        raise ProblemError(problems.FORBIDDEN, action=action)


def may_throughout(
    actor: Actor, action: Action, area: Area, province_of: Mapping[str, str | None]
) -> bool:
    """Whether `actor` may do `action` everywhere in `area`: accounts and phones that work there.

    `province_of` gives the province code of each commune of `area`. An area without any place
    belongs to the nation's administrators.
    """
    if actor.role not in ALLOWED[action]:
        return False
    if actor.area.nation:
        return True
    if area.nation or not (area.province_codes or area.commune_ids):
        return False
    return area.province_codes <= actor.area.province_codes and all(
        _within(actor, province_of.get(commune_id), commune_id) for commune_id in area.commune_ids
    )


def _within(actor: Actor, province_code: str | None, commune_id: str | None) -> bool:
    area = actor.area
    if area.nation or (province_code is None and commune_id is None):
        return True
    return province_code in area.province_codes or commune_id in area.commune_ids
