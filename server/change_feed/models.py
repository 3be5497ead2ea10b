"""Tables of the feed: a counter and digest a scope, what left it, documents, the database's life.

Rows of other rooms that phones see (activities) stay in their own tables; they only bear the
`seq` that this room gives. Not here: a log of changes. The feed is state, nothing to compact.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.database.types import Json, Moment


class FeedScope(Base):
    """The last sequence number given in a scope, and the sum over its rows (PROTOCOL.md 2)."""

    __tablename__ = "feed_scope"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, default=0)
    digest: Mapped[str] = mapped_column(String(16), default="0" * 16)
    #: The `seq` of the latest `FeedMove` out of here; 0 spares readers the look.
    moved_seq: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    #: Where everything that lay here goes since its commune was merged away; nothing new comes in.
    redirect_to: Mapped[str | None] = mapped_column(String(80))
    #: When the last row had gone there. Until then phones may read this scope to its end.
    emptied_at: Mapped[datetime | None] = mapped_column(Moment)


class FeedMove(Base):
    """What a row leaves behind in the scope that it left: gone from here, and where it is now."""

    __tablename__ = "feed_move"
    __table_args__ = (Index(None, "scope", "seq"),)

    scope: Mapped[str] = mapped_column(String(80), primary_key=True)
    row_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    type: Mapped[str] = mapped_column(String(20))
    seq: Mapped[int] = mapped_column(BigInteger)
    moved_to: Mapped[str] = mapped_column(String(80))


class FeedDocument(Base):
    """A document that phones hold whole: the catalogue, a plan, a notice to one account."""

    __tablename__ = "feed_document"
    __table_args__ = (Index(None, "scope", "seq"),)

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    scope: Mapped[str] = mapped_column(String(80))
    type: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(Integer)
    seq: Mapped[int] = mapped_column(BigInteger, default=0)
    body: Mapped[Any] = mapped_column(Json)
    gone: Mapped[bool] = mapped_column(Boolean, default=False)


class DatabaseLife(Base):
    """One row: the random id of this database's life, which changes on restore from a backup.

    `durable_through` is the moment up to which a verified backup holds everything; None before
    the first backup.
    """

    __tablename__ = "database_life"

    incarnation: Mapped[str] = mapped_column(String(36), primary_key=True)
    durable_through: Mapped[datetime | None] = mapped_column(Moment)
    started_at: Mapped[datetime] = mapped_column(Moment)
