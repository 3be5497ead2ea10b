"""Tables of accounts, console sessions, attempts and the audit log.

Secrets are stored as hashes only. Not here: phones and their tokens (`devices`).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.database import Base
from server.database.types import Moment
from server.http.actor import Role

ID_LENGTH = 36
HASH_LENGTH = 64  # SHA-256 in hex


class Account(Base):
    """A person at work. Never deleted, since their activities bear their name; disabled instead."""

    __tablename__ = "account"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(String(32))
    phone: Mapped[str | None] = mapped_column(String(20))
    #: Lower case. Only who has one may sign in at the console.
    username: Mapped[str | None] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    #: Set by a later part; until then nobody has one and none is asked for.
    second_factor_required: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Moment())
    disabled_at: Mapped[datetime | None] = mapped_column(Moment())
    units: Mapped[list[AccountUnit]] = relationship(
        order_by="AccountUnit.position", lazy="selectin", cascade="all, delete-orphan"
    )

    @property
    def unit_ids(self) -> tuple[str, ...]:
        """The units that the account works for; the first is its home."""
        return tuple(unit.unit_id for unit in self.units)


class AccountUnit(Base):
    """One of the units that an account works for."""

    __tablename__ = "account_unit"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(Integer)


class ConsoleSession(Base):
    """A signed-in browser, found by the hash of its cookie. A row that is gone is signed out."""

    __tablename__ = "console_session"

    id_hash: Mapped[str] = mapped_column(String(HASH_LENGTH), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    csrf_token: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Moment())
    last_seen_at: Mapped[datetime] = mapped_column(Moment())


class Attempt(Base):
    """A try at a secret. The subject (an account, an address) is a keyed hash."""

    __tablename__ = "attempt"
    __table_args__ = (Index(None, "subject_key", "at"), Index(None, "at"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    #: The rows of one try bear the same id, so that a success can take them back.
    try_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    subject_key: Mapped[str] = mapped_column(String(HASH_LENGTH))
    at: Mapped[datetime] = mapped_column(Moment())


class AuditEntry(Base):
    """One line of the audit log, chained to the line before by its hash."""

    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Moment())
    actor_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    action: Mapped[str] = mapped_column(String(64))
    #: What was acted on: an id, never a name.
    subject: Mapped[str] = mapped_column(String(80), index=True)
    #: Canonical JSON as text, because a JSON column would hand back other bytes than were hashed.
    details: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(String(HASH_LENGTH))
    hash: Mapped[str] = mapped_column(String(HASH_LENGTH))


class AuditHead(Base):
    """The end of the chain: its row lock puts writers in one order, and a cut-off end shows."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(String(HASH_LENGTH))
