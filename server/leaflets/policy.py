"""Who may read and make leaflets, and where. Pure; roles and areas are those of `accounts.policy`.

A leaflet belongs to a province or to the nation; everybody who may read leaflets reads the
nation's. A run belongs to where it is handed out.
"""

from __future__ import annotations

from collections.abc import Collection

from server import problems
from server.accounts import policy
from server.accounts.policy import Action
from server.http.actor import Actor
from server.leaflets.models import Leaflet, PrintRun
from server.problems import ProblemError


def ensure_reads(actor: Actor) -> None:
    """Raise `forbidden` unless `actor` reads leaflets anywhere."""
    policy.ensure(actor, "leaflet.read")


def ensure_writes(actor: Actor) -> None:
    """Raise `forbidden` unless `actor` makes leaflets or runs anywhere."""
    policy.ensure(actor, "leaflet.write")


def may_read(actor: Actor, leaflet: Leaflet, provinces: Collection[str]) -> bool:
    """Whether `leaflet` is the nation's or of one of `provinces`, in which `actor` works."""
    return actor.area.nation or leaflet.owner_province in (None, *provinces)


def ensure_may_change(actor: Actor, owner_province: str | None) -> None:
    """Raise `forbidden` unless `actor` makes leaflets for the owner; None is the nation."""
    policy.ensure(actor, "leaflet.write")
    if not actor.area.nation and owner_province not in actor.area.province_codes:
        raise ProblemError(problems.FORBIDDEN, action="leaflet.write")


def may_at(actor: Actor, action: Action, province_code: str | None, commune_id: str | None) -> bool:
    """Whether `actor` may do `action` with a run of that place; without one it is the nation's."""
    if province_code is None and commune_id is None and not actor.area.nation:
        return False
    return policy.may(actor, action, province_code=province_code, commune_id=commune_id)


def ensure_may_run(actor: Actor, run: PrintRun) -> None:
    """Raise `forbidden`, or `not-found` to whom the run is not shown, unless `actor` changes it."""
    policy.ensure(actor, "leaflet.write")
    if not may_at(actor, "leaflet.write", run.province_code, run.commune_id):
        raise ProblemError(problems.NOT_FOUND)
