"""The only writers of accounts and console sessions.

Each operation leaves a line in the audit log. Not here: phones (`devices.operations`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, or_, update
from sqlalchemy.orm import Session

from server import clock, problems
from server.accounts import audit, passwords, queries, tokens
from server.accounts.models import Account, AccountUnit, ConsoleSession
from server.database.ids import new_id
from server.http.actor import ROLES, Actor, Role
from server.places import queries as places
from server.problems import ProblemError

NAME_LENGTH_MAX = 120


def add_account(
    session: Session,
    actor: Actor,
    now: datetime,
    role: Role,
    unit_id: str | Sequence[str],
    name: str,
    phone: str | None = None,
    username: str | None = None,
    password: str | None = None,
) -> Account:
    """A new account at one or several units (the first is its home).

    Raises `forbidden` outside the actor's area, `invalid` for an unknown role or unit, an empty
    name, a short password, or a user name that is taken.
    """
    unit_ids = (unit_id,) if isinstance(unit_id, str) else tuple(dict.fromkeys(unit_id))
    name = " ".join(name.split())
    _check_new(session, now, role, unit_ids, name, username)
    _ensure_manages(session, actor, unit_ids, now)
    added = Account(
        id=new_id(now),
        name=name,
        role=role,
        phone=phone,
        username=queries.normal_username(username) if username else None,
        password_hash=passwords.hash_password(password) if password else None,
        created_at=now,
        units=[AccountUnit(unit_id=one, position=place) for place, one in enumerate(unit_ids)],
    )
    session.add(added)
    session.flush()
    details: dict[str, audit.Detail] = {"role": role, "units": list(unit_ids)}
    audit.append(session, actor.account_id, now, "account.added", added.id, details)
    return added


def disable_account(session: Session, actor: Actor, now: datetime, account_id: str) -> None:
    """Shut every door at once: sessions end here, tokens and codes are refused by their readers."""
    found = queries.account(session, account_id)
    _ensure_manages(session, actor, found.unit_ids, now)
    if found.disabled_at is None:
        found.disabled_at = now
    session.execute(delete(ConsoleSession).where(ConsoleSession.account_id == account_id))
    audit.append(session, actor.account_id, now, "account.disabled", account_id)


def open_session(
    session: Session, now: datetime, account_id: str, replaced: str | None = None
) -> tuple[str, str]:
    """A new console session: `(cookie secret, csrf token)`.

    The id is always new, and `replaced`, the cookie that the browser came with, ends: a cookie
    planted before the sign-in opens nothing after it.
    """
    if replaced:
        session.execute(
            delete(ConsoleSession).where(ConsoleSession.id_hash == tokens.hash_token(replaced))
        )
    session.execute(delete(ConsoleSession).where(or_(
        ConsoleSession.last_seen_at <= now - queries.SESSION_IDLE,
        ConsoleSession.created_at <= now - queries.SESSION_ABSOLUTE,
    )))  # fmt: skip
    secret, csrf_token = tokens.new_token(), tokens.new_token()
    session.add(ConsoleSession(
        id_hash=tokens.hash_token(secret), account_id=account_id, csrf_token=csrf_token,
        created_at=now, last_seen_at=now,
    ))  # fmt: skip
    session.flush()
    audit.append(session, account_id, now, "session.opened", account_id)
    return secret, csrf_token


def touch_session(session: Session, now: datetime, id_hash: str) -> None:
    """The session was used now."""
    session.execute(
        update(ConsoleSession).where(ConsoleSession.id_hash == id_hash).values(last_seen_at=now)
    )


def end_session(session: Session, actor: Actor, now: datetime, secret: str) -> None:
    """Sign out: the cookie's secret opens nothing any more."""
    session.execute(
        delete(ConsoleSession).where(ConsoleSession.id_hash == tokens.hash_token(secret))
    )
    audit.append(session, actor.account_id, now, "session.ended", actor.account_id)


def refuse_sign_in(session: Session, now: datetime, found: Account | None) -> None:
    """Note a wrong password. Unknown names leave a line too, or the time taken would tell."""
    subject = found.id if found else "unknown"
    audit.append(session, "anonymous", now, "session.refused", subject)


def strengthen_password(session: Session, account_id: str, password: str) -> None:
    """Hash the password anew when it was hashed with weaker settings than today's."""
    found = queries.account(session, account_id)
    if found.password_hash and passwords.needs_rehash(found.password_hash):
        found.password_hash = passwords.hash_password(password)


def _check_new(
    session: Session,
    now: datetime,
    role: str,
    unit_ids: Sequence[str],
    name: str,
    username: str | None,
) -> None:
    wrong: list[tuple[str, str, str, str]] = []
    if role not in ROLES:
        wrong.append(("role", "unknown", "Vai trò không có.", "No such role."))
    if not 0 < len(name) <= NAME_LENGTH_MAX:
        wrong.append(("name", "length", "Họ tên dài từ 1 đến 120 ký tự.",
                      "A name has 1 to 120 characters."))  # fmt: skip
    for unit_id in unit_ids:
        unit = places.unit(session, unit_id)
        if unit is None or (unit.valid_to and unit.valid_to < clock.today_in_vietnam(now)):
            wrong.append(("unit", "unknown", f"Hiện không có đơn vị {unit_id}.",
                          f"There is no unit {unit_id} today."))  # fmt: skip
    if not unit_ids:
        wrong.append(("unit", "required", "Thiếu đơn vị.", "A unit is missing."))
    if username is not None and not 0 < len(queries.normal_username(username)) <= 64:
        wrong.append(("username", "length", "Tên đăng nhập dài từ 1 đến 64 ký tự.",
                      "A user name has 1 to 64 characters."))  # fmt: skip
    elif username is not None and queries.account_by_username(session, username):
        wrong.append(("username", "taken", "Tên đăng nhập đã có người dùng.",
                      "This user name is taken."))  # fmt: skip
    if wrong:
        raise ProblemError(problems.INVALID, problems=[
            {"field": field, "code": code, "vi": vi, "en": en} for field, code, vi, en in wrong
        ])  # fmt: skip


def _ensure_manages(session: Session, actor: Actor, unit_ids: Sequence[str], now: datetime) -> None:
    """Nobody makes or ends accounts for places beyond their own area."""
    if not queries.may_manage(session, actor, "account.manage", unit_ids, now):
        raise ProblemError(problems.FORBIDDEN, action="account.manage")
