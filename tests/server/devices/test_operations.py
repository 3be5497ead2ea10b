"""Issuing codes and noting what a phone tells of itself."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from server.accounts import audit, queries
from server.accounts.operations import disable_account
from server.devices.models import Device
from server.devices.operations import enrol, issue_enrolment, note_contact, revoke_device
from server.http.actor import SYSTEM, Role
from server.problems import ProblemError
from tests.factories.accounts import make_account, make_device


@pytest.mark.parametrize(
    ("role", "home", "allowed"),
    [
        ("administrator", "p-01-2025", True),
        ("administrator", "p-31-2025", False),
        ("office_reviewer", "c-00004-2025", False),
    ],
)
def test_administrators_issue_codes_in_their_area(
    session: Session, now: datetime, role: Role, home: str, allowed: bool
) -> None:
    account = make_account(session, now)
    actor = queries.actor_of(session, make_account(session, now, role, home, "Vũ An"), now)
    if allowed:
        code, expires_at = issue_enrolment(session, actor, now, account.id)
        assert expires_at == now + timedelta(hours=24)
        assert enrol(session, now, code, "Máy")[2].id == account.id
        return
    with pytest.raises(ProblemError) as caught:
        issue_enrolment(session, actor, now, account.id)
    assert caught.value.problem.slug == "forbidden"


def test_no_code_for_a_disabled_or_unknown_account(session: Session, now: datetime) -> None:
    account = make_account(session, now)
    disable_account(session, SYSTEM, now, account.id)
    for account_id, slug in ((account.id, "conflict"), ("nobody", "not-found")):
        with pytest.raises(ProblemError) as caught:
            issue_enrolment(session, SYSTEM, now, account_id)
        assert caught.value.problem.slug == slug


def test_phone_tells_what_it_still_holds(session: Session, now: datetime) -> None:
    device, _ = make_device(session, now, make_account(session, now))
    unsent = {"operations": 3, "photos": 2, "oldest_at": "2026-11-19T01:00:00Z"}
    note_contact(session, now, device.id, epoch=2, last_n=118, unsent=unsent, app="1.0")
    session.commit()
    session.expire_all()
    kept = session.get(Device, device.id)
    assert kept is not None
    assert (kept.epoch, kept.last_n, kept.unsent, kept.app) == (2, 118, unsent, "1.0")
    assert kept.last_seen_at == now


def test_revoking_twice_leaves_one_line(session: Session, now: datetime) -> None:
    device, token = make_device(session, now, make_account(session, now))
    revoke_device(session, SYSTEM, now, device.id)
    entries = audit.verify_chain(session).entries
    revoke_device(session, SYSTEM, now + timedelta(hours=1), device.id)
    assert audit.verify_chain(session).entries == entries
    assert device.revoked_at == now
    assert token not in device.token_hash
