"""Tables of scans: each request without an address, counts by day, the day's salt, calls asked for.

Rows of `scan` are kept so that better rules can be run over them, and for the range of readers;
they go after a while (`retention`), the counts stay. Not here: runs and leaflets (`leaflets`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.database.types import Json, Moment
from server.scans.classify import Reason


class Scan(Base):
    """A request for a run's page, and why it counted or not; or `amount` that were all alike, of
    one reader within the second, `at` being the last.

    `facts` are those of `classify.facts_of` but for the agent, which many share (`ScanAgent`).
    `reader` and `reader_group` are keys of `readers`, which mean nothing after `day`.
    """

    __tablename__ = "scan"
    __table_args__ = (
        Index(None, "run_id", "reader"),
        Index(None, "run_id", "day"),
        Index(None, "day"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    run_id: Mapped[str] = mapped_column(String(36))
    at: Mapped[datetime] = mapped_column(Moment)
    day: Mapped[date] = mapped_column(Date)
    reason: Mapped[Reason] = mapped_column(String(10))
    rule: Mapped[str] = mapped_column(String(24))
    rules_version: Mapped[int] = mapped_column(Integer)
    language: Mapped[str | None] = mapped_column(String(3))
    agent_id: Mapped[str | None] = mapped_column(String(16))
    facts: Mapped[Any] = mapped_column(Json)
    reader: Mapped[str] = mapped_column(String(15))
    reader_group: Mapped[str] = mapped_column(String(15))
    in_app: Mapped[bool]
    amount: Mapped[int] = mapped_column(Integer, default=1)


class ScanAgent(Base):
    """A user agent's words, once. `id` is the beginning of their SHA-256 in hex."""

    __tablename__ = "scan_agent"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    text: Mapped[str] = mapped_column(Text)


class ScanCount(Base):
    """How many requests a run had on a day (of Việt Nam), by reason. Rows of `scan` agree."""

    __tablename__ = "scan_count"
    __table_args__ = (Index(None, "day"),)

    run_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    reason: Mapped[Reason] = mapped_column(String(10), primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)


class ScanReaders(Base):
    """At least how many readers a run had on a day that is over (`readership`)."""

    __tablename__ = "scan_readers"
    __table_args__ = (Index(None, "day"),)

    run_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    low: Mapped[int] = mapped_column(Integer)


class ScanSalt(Base):
    """The salt of today's readers' keys, in hex. Yesterday's is deleted."""

    __tablename__ = "scan_salt"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    salt: Mapped[str] = mapped_column(String(64))


class CallBack(Base):
    """Somebody asked to be called by the office of the commune in which the run lies.

    `sealed` holds name and number, enciphered; `phone_key` is a keyed hash by which the same number
    is found again. `consent` names the wording that was ticked (`call_backs`).
    """

    __tablename__ = "call_back"
    __table_args__ = (
        Index(None, "asked_at", "id"),
        Index(None, "run_id", "phone_key"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    run_id: Mapped[str] = mapped_column(String(36))
    code: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    consent: Mapped[str] = mapped_column(String(12))
    sealed: Mapped[str] = mapped_column(Text)
    phone_key: Mapped[str] = mapped_column(String(64))
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    done_by: Mapped[str | None] = mapped_column(String(36))
    done_by_name: Mapped[str | None] = mapped_column(Text)
