"""„Gọi lại cho tôi“: a reader leaves a number, the office of the commune calls and ticks it off.

Voluntary, with a tick that stands for a dated wording; the number is enciphered, found again only
by a keyed hash, deleted after a while (`retention`), masked in lists, and each look at it is
written in the audit log. Nothing rests on cookies, so another site has nothing to ride on; a mark
in the form shows that it came from our page of these days. Not here: the form itself (`page`).
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, Table, insert, literal, select, tuple_, update
from sqlalchemy.orm import Session

from server import problems
from server.accounts import attempts, audit, policy
from server.accounts.attempts import Limit
from server.accounts.tokens import keyed_hash
from server.activities import queries as activities
from server.database.ids import new_id
from server.http.actor import Actor
from server.leaflets.models import PrintRun
from server.leaflets.queries import PublicRun
from server.problems import ProblemError
from server.scans.enciphering import UnreadableError, decipher, encipher
from server.scans.models import CallBack

_calls: Table = CallBack.__table__  # type: ignore[assignment]
_runs: Table = PrintRun.__table__  # type: ignore[assignment]
#: With the place of the run as it is now: communes merge between the wish and the call.
_PLACED = select(_calls, _runs.c.commune_id, _runs.c.province_code).join(
    _runs, _runs.c.id == _calls.c.run_id
)

#: Names the wording in `words.yaml`; whoever changes the wording changes this.
CONSENT = "2026-11"
NAME_MAX = 80

#: A carrier's address is shared by thousands; a number is one person's.
_ADDRESS = Limit("call-back-address", 40, timedelta(hours=1))
_PHONE = Limit("call-back-phone", 3, timedelta(hours=20))
_RUN = Limit("call-back-run", 500, timedelta(hours=20))

Trouble = Literal["name_wrong", "phone_wrong", "consent_missing", "form_old"]
#: Mobile numbers, then lines (02x, area code and number).
_PHONE_FORM = re.compile(r"0[35789]\d{8}|02\d{9}")
_MARK_LENGTH = 24


@dataclass(frozen=True, slots=True)
class Asked:
    """A form that was filled in well. `phone` as ten or eleven digits from 0."""

    name: str
    phone: str


def mark(secret_key: str, code: str, today: date) -> str:
    """What our page of this day puts into its form."""
    return keyed_hash(secret_key, "call-back-mark", f"{code} {today}")[:_MARK_LENGTH]


def read_form(
    secret_key: str, code: str, today: date, values: Mapping[str, str]
) -> Asked | Trouble:
    """What the form asks for, or what is wrong with it."""
    given = values.get("mark", "").encode()
    marks = (mark(secret_key, code, today - timedelta(days=ago)) for ago in (0, 1))
    if not any(hmac.compare_digest(given, one.encode()) for one in marks):
        return "form_old"
    name = " ".join(unicodedata.normalize("NFC", values.get("name", "")).split())
    if not 0 < len(name) <= NAME_MAX or not name.isprintable():
        return "name_wrong"
    phone = normalise_phone(values.get("phone", ""))
    if phone is None:
        return "phone_wrong"
    if values.get("consent") != CONSENT:
        return "consent_missing"
    return Asked(name, phone)


def normalise_phone(text: str) -> str | None:
    """Digits from 0, out of what people type (`+84 912 345 678`, `0912.345.678`); None if none."""
    digits = re.sub(r"[\s.()-]", "", unicodedata.normalize("NFKC", text))
    digits = re.sub(r"^(?:\+|00)?84(?=\d{9,10}$)", "0", digits)
    return digits if digits.isascii() and _PHONE_FORM.fullmatch(digits) else None


def admit(session: Session, key: str, now: datetime, code: str, address: str, asked: Asked) -> None:
    """Count the try. Raises `too-many-attempts`. In a transaction of its own, before `ask`."""
    attempts.admit_try(
        session, key, now, [(_ADDRESS, address), (_PHONE, asked.phone), (_RUN, code)]
    )


def ask(session: Session, key: str, now: datetime, run: PublicRun, asked: Asked) -> None:
    """Write the request, unless the same number waits already for a call about this run."""
    phone_key = keyed_hash(key, "call-back-phone", asked.phone)
    waiting = select(_calls.c.id).where(
        _calls.c.run_id == run.id, _calls.c.phone_key == phone_key, _calls.c.done_at.is_(None)
    )
    if session.execute(waiting).first() is not None:
        return
    id = new_id(now)
    session.execute(
        insert(_calls).values(
            id=id, run_id=run.id, code=run.code, title=run.version.title,
            asked_at=now, consent=CONSENT, phone_key=phone_key,
            sealed=encipher(key, id, {"name": asked.name, "phone": asked.phone}),
        )
    )  # fmt: skip


def listed(
    session: Session, actor: Actor, *, done: bool, after: tuple[datetime, str] | None, limit: int
) -> Sequence[Row[Any]]:
    """A page of requests of the actor's area, newest first. Raises `forbidden`."""
    policy.ensure(actor, "activity.review")
    state = _calls.c.done_at.is_not(None) if done else _calls.c.done_at.is_(None)
    key = (_calls.c.asked_at, _calls.c.id)
    statement = _PLACED.where(state)
    if (here := activities.within(actor.area, _runs.c)) is not None:
        statement = statement.where(here)
    if after is not None:
        bound = (literal(after[0], _calls.c.asked_at.type), literal(after[1], _calls.c.id.type))
        statement = statement.where(tuple_(*key) < tuple_(*bound))
    statement = statement.order_by(*(column.desc() for column in key)).limit(limit)
    return session.connection().execute(statement).all()


def show(session: Session, actor: Actor, key: str, now: datetime, id: str) -> dict[str, str]:
    """`{name, phone}`, for whoever is about to call; the audit log says who looked.

    Raises `not-found` and `forbidden`.
    """
    row = _get(session, actor, id)
    audit.append(session, actor.account_id, now, "call_back.show", id)
    try:
        return decipher(key, row.id, row.sealed)
    except UnreadableError as error:
        raise ProblemError(problems.NOT_FOUND) from error


def settle(session: Session, actor: Actor, now: datetime, id: str, *, done: bool) -> Row[Any]:
    """Tick it off, or take the tick back; the row as it then stands."""
    row = _get(session, actor, id)
    if (row.done_at is not None) != done:
        values: dict[str, Any] = {"done_at": None, "done_by": None, "done_by_name": None}
        if done:
            values = {"done_at": now, "done_by": actor.account_id, "done_by_name": actor.name}
        session.execute(update(_calls).where(_calls.c.id == id).values(**values))
        audit.append(
            session, actor.account_id, now, "call_back.done" if done else "call_back.reopen", id
        )
    return session.connection().execute(_PLACED.where(_calls.c.id == id)).one()


def masked(key: str, row: Row[Any]) -> dict[str, str]:
    """Name and number as lists show them: `Lò T. M.`, `09•• ••• •78`."""
    try:
        values = decipher(key, row.id, row.sealed)
    except UnreadableError:
        return {"name": "•••", "phone": "•••"}
    first, *rest = values["name"].split()
    initials = "".join(f" {word[0]}." for word in rest)
    phone = values["phone"]
    return {"name": f"{first}{initials}", "phone": f"{phone[:2]}•• ••• •{phone[-2:]}"}


def _get(session: Session, actor: Actor, id: str) -> Row[Any]:
    policy.ensure(actor, "activity.review")
    row = session.connection().execute(_PLACED.where(_calls.c.id == id)).one_or_none()
    if row is None or not policy.may(
        actor, "activity.review", province_code=row.province_code or "", commune_id=row.commune_id
    ):
        raise ProblemError(problems.NOT_FOUND)
    return row
