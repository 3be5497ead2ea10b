"""Tables of enrolled phones and of the codes that enrol them. Secrets only as hashes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Integer, String, false
from sqlalchemy.orm import Mapped, mapped_column

from server.accounts.models import HASH_LENGTH, ID_LENGTH
from server.database import Base
from server.database.types import Json, Moment


class Device(Base):
    """A phone of one account. Revoked, never deleted: what it sent keeps its origin."""

    __tablename__ = "device"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    token_hash: Mapped[str] = mapped_column(String(HASH_LENGTH), unique=True)
    #: The phone counts its operations by (`epoch`, `n`); the loss ledger compares them with what
    #: arrived.
    epoch: Mapped[int] = mapped_column(Integer, default=0)
    last_n: Mapped[int] = mapped_column(Integer, default=0)
    #: What the phone last said it still holds: `{operations, photos, oldest_at}`.
    unsent: Mapped[dict[str, Any] | None] = mapped_column(Json)
    app: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Moment())
    last_seen_at: Mapped[datetime | None] = mapped_column(Moment())
    revoked_at: Mapped[datetime | None] = mapped_column(Moment())
    #: Since when not even what was done before the revocation is taken from it.
    escrow_denied_at: Mapped[datetime | None] = mapped_column(Moment())
    #: How often a number came again with another operation: the phone was restored or cloned.
    forks: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    forked_at: Mapped[datetime | None] = mapped_column(Moment())
    #: `last_n` when the phone first came in an epoch, by epoch: what is above was made in it.
    epoch_starts: Mapped[dict[str, int]] = mapped_column(Json, default=dict, server_default="{}")
    #: Which phone it was before it was enrolled again; what it wrote and counted then goes on.
    formerly: Mapped[str | None] = mapped_column(String(ID_LENGTH), index=True)
    #: Whether something of it may be lost: its next contact looks, and tells its author.
    loss_open: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())


class DeviceLine(Base):
    """A life of a phone that ended: it came back as an older copy of itself, or empty.

    Of what it had told by then, `numbers` and so many `photos` had not come.
    """

    __tablename__ = "device_line"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), index=True)
    epoch: Mapped[int] = mapped_column(Integer)
    last_n: Mapped[int] = mapped_column(Integer)
    photos: Mapped[int] = mapped_column(Integer)
    numbers: Mapped[list[int]] = mapped_column(Json)
    told_at: Mapped[datetime] = mapped_column(Moment())
    ended_at: Mapped[datetime] = mapped_column(Moment())


class Enrolment(Base):
    """A code that makes one phone the phone of `account_id`, once, until `expires_at`."""

    __tablename__ = "enrolment"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(HASH_LENGTH), unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    created_by: Mapped[str] = mapped_column(String(ID_LENGTH))
    created_at: Mapped[datetime] = mapped_column(Moment())
    expires_at: Mapped[datetime] = mapped_column(Moment())
    used_at: Mapped[datetime | None] = mapped_column(Moment())
    revoked_at: Mapped[datetime | None] = mapped_column(Moment())
    device_id: Mapped[str | None] = mapped_column(ForeignKey("device.id"))
