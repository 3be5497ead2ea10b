"""Limits on guessing: how often a secret may be tried, counted in the database.

In the database, because several processes serve; before the costly or telling work, because
hashing a password takes a tenth of a second of a core. Addresses and user names are stored as
keyed hashes. A try counts from the moment it is admitted, so a hundred at once pass no more than
one after another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from server import problems
from server.accounts.models import Attempt
from server.accounts.tokens import keyed_hash
from server.database.ids import new_id
from server.problems import ProblemError

KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` tries in `window` for one subject, such as `address`."""

    subject: str
    most: int
    window: timedelta


#: One person at one place mistypes; an office of thirty shares one address; nobody needs more
#: than twenty wrong passwords a quarter of an hour on one account, wherever from.
SIGN_IN_LIMITS = (
    Limit("account-and-address", 8, timedelta(minutes=15)),
    Limit("account", 20, timedelta(minutes=15)),
    Limit("address", 60, timedelta(minutes=15)),
)
#: A hall of collaborators enrols behind one address; only wrong codes stay counted.
ENROLMENT_LIMITS = (Limit("enrolment-address", 30, timedelta(minutes=15)),)


def admit_try(
    session: Session, key: str, now: datetime, limits: Sequence[tuple[Limit, str]]
) -> str:
    """Count a try at each `(limit, value)` and return its id; raises `too-many-attempts`.

    Call it in a transaction of its own and commit before the work that it guards. `key` is the
    server's secret.
    """
    session.execute(delete(Attempt).where(Attempt.at < now - KEPT))
    keyed = [(limit, keyed_hash(key, limit.subject, value)) for limit, value in limits]
    _wait_in_line(session, [subject_key for _, subject_key in keyed])
    for limit, subject_key in keyed:
        _refuse_beyond(session, now, limit, subject_key)
    try_id = new_id(now)
    session.execute(
        insert(Attempt),
        [{"try_id": try_id, "subject_key": subject, "at": now} for _, subject in keyed],
    )
    return try_id


def forgive_tries(
    session: Session, key: str, try_id: str, subjects: Sequence[tuple[Limit, str]] = ()
) -> None:
    """The try succeeded: it no longer counts, nor do earlier ones at `subjects`."""
    session.execute(delete(Attempt).where(Attempt.try_id == try_id))
    for limit, value in subjects:
        subject_key = keyed_hash(key, limit.subject, value)
        session.execute(delete(Attempt).where(Attempt.subject_key == subject_key))


def _wait_in_line(session: Session, subject_keys: Sequence[str]) -> None:
    """One try at a time for each subject, to the commit: else a hundred count the same rows.

    SQLite has one writer anyway. The order is fixed, so two tries never wait for each other.
    """
    if session.get_bind().dialect.name == "postgresql":
        for number in sorted(int(key[:15], 16) for key in subject_keys):
            session.execute(select(func.pg_advisory_xact_lock(number)))


def _refuse_beyond(session: Session, now: datetime, limit: Limit, subject_key: str) -> None:
    since = now - limit.window
    count, oldest = session.execute(
        select(func.count(), func.min(Attempt.at)).where(
            Attempt.subject_key == subject_key, Attempt.at > since
        )
    ).one()
    if count >= limit.most:
        wait = (oldest or now) + limit.window - now
        raise ProblemError(
            problems.TOO_MANY_ATTEMPTS, retry_after_s=max(1, int(wait.total_seconds()))
        )
