"""Adding and disabling accounts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts import audit, operations, queries
from server.accounts.models import AuditEntry
from server.accounts.passwords import needs_rehash
from server.http.actor import SYSTEM, Role
from server.problems import ProblemError
from tests.factories.accounts import COMMUNE, PASSWORD, make_account


def test_account_is_added_and_the_log_tells(session: Session, now: datetime) -> None:
    added = operations.add_account(
        session, SYSTEM, now, "collaborator", [COMMUNE, "c-00008-2025"], "  Lò   Thị Mai "
    )
    session.commit()
    assert added.name == "Lò Thị Mai"
    actor = queries.actor_of(session, added, now)
    assert actor.unit_id == COMMUNE
    assert actor.area.commune_ids == {COMMUNE, "c-00008-2025"}
    entry = session.execute(select(AuditEntry)).scalar_one()
    assert (entry.action, entry.subject) == ("account.added", added.id)
    assert "Mai" not in entry.details
    assert audit.verify_chain(session).sound


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"role": "boss"}, "role"),
        ({"unit_id": "c-99999-2025"}, "unit"),
        ({"unit_id": "c-00004-old"}, "unit"),
        ({"unit_id": ()}, "unit"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"username": " "}, "username"),
        ({"username": "Mai.Lo"}, "username"),
        ({"username": "moi", "password": "ngắn"}, "password"),
    ],
)
def test_wrong_values_are_named(
    session: Session, now: datetime, changed: dict[str, str], field: str
) -> None:
    make_account(session, now, username="mai.lo")
    values = {"role": "planner", "unit_id": "p-01-2025", "name": "Vũ An", **changed}
    with pytest.raises(ProblemError) as caught:
        operations.add_account(session, SYSTEM, now, **values)  # type: ignore[arg-type]
    assert caught.value.problem.slug == "invalid"
    assert [one["field"] for one in caught.value.extras["problems"]] == [field]


@pytest.mark.parametrize(
    ("role", "home", "unit", "allowed"),
    [
        ("administrator", "p-01-2025", COMMUNE, True),
        ("administrator", "p-01-2025", "p-01-2025", True),
        ("administrator", "p-01-2025", "c-11506-2025", False),
        ("administrator", "p-01-2025", "vn", False),
        ("administrator", "vn", "vn", True),
        ("planner", "p-01-2025", COMMUNE, False),
    ],
)
def test_accounts_are_made_within_the_own_area(
    session: Session, now: datetime, role: Role, home: str, unit: str, allowed: bool
) -> None:
    actor = queries.actor_of(session, make_account(session, now, role, home), now)
    if allowed:
        added = operations.add_account(session, actor, now, "collaborator", unit, "Vũ An")
        operations.disable_account(session, actor, now, added.id)
        return
    with pytest.raises(ProblemError) as caught:
        operations.add_account(session, actor, now, "collaborator", unit, "Vũ An")
    assert caught.value.problem.slug == "forbidden"
    other = make_account(session, now, "collaborator", unit)
    with pytest.raises(ProblemError):
        operations.disable_account(session, actor, now, other.id)


def test_old_sessions_are_swept_when_a_new_one_opens(session: Session, now: datetime) -> None:
    account = make_account(session, now)
    old, _ = operations.open_session(session, now, account.id)
    later = now + timedelta(days=8)
    new, _ = operations.open_session(session, later, account.id)
    assert queries.signed_in(session, old, now) is None
    assert queries.signed_in(session, new, later) is not None


def test_weakly_hashed_password_is_hashed_again(session: Session, now: datetime) -> None:
    account = make_account(session, now, username="mai.lo")
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    account.password_hash = weak
    operations.strengthen_password(session, account.id, PASSWORD)
    assert account.password_hash != weak
    assert not needs_rehash(account.password_hash)
