"""Who may decide on what. Pure; the roles and areas are those of `accounts.policy`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from server import problems
from server.accounts import policy
from server.http.actor import Actor
from server.problems import ProblemError


def ensure_may_decide(actor: Actor, row: Row[Any] | None) -> None:
    """Raise `forbidden`, `not-found` or `own-work` unless `actor` may decide on the activity."""
    policy.ensure(actor, "activity.review")
    if row is None:
        raise ProblemError(problems.NOT_FOUND)
    if row.author_id == actor.account_id:
        raise ProblemError(problems.OWN_WORK)
    if not actor.area.nation and row.province_code is None and row.commune_id is None:
        # work of the nation: without a place, the policy would only look at the role
        raise ProblemError(problems.FORBIDDEN, action="activity.review")
    policy.ensure(
        actor,
        "activity.review",
        province_code=row.province_code,
        commune_id=row.commune_id,
        author_id=row.author_id,
    )


def ensure_reviews(actor: Actor) -> None:
    """Raise `forbidden` unless `actor` reviews anywhere."""
    policy.ensure(actor, "activity.review")
