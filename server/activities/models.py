"""Tables of activities: the record, what it counts for, its conflicts, its operations, its history.

`fields`, `sets` and `extra` are what the phone sent, merged; every other column is derived from
them or owned by the server. Not here: the photos' bytes (evidence), the rules of review.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from server.change_feed.guard import guard
from server.database import Base
from server.database.types import Json, JsonOrNull, Moment

#: SQLite numbers only INTEGER PRIMARY KEY by itself.
_Number = BigInteger().with_variant(Integer(), "sqlite")


def _of_activity() -> ForeignKey:
    """Checked at the commit: the activity itself is written last, together with its number."""
    return ForeignKey("activity.id", deferrable=True, initially="DEFERRED")


class Activity(Base):
    """One thing done in the field and recorded. `seq` is given by `change_feed` only.

    `scope` is the feed it lies in; `commune_id` the lineage id of its commune (None for work of
    the upper levels); `unit_id` the version of the unit valid on `event_date`.
    """

    __tablename__ = "activity"
    __table_args__ = (
        Index(None, "scope", "seq"),
        Index(None, "status", "changed_at", "id"),
        # lists, newest first: at 100,000 activities 60 ms became 1
        Index(None, "changed_at", "id"),
        Index(None, "province_code", "changed_at", "id"),
        Index(None, "province_code", "event_date"),
        Index(None, "commune_id", "event_date"),
        Index(None, "kind", "event_date"),
        Index(None, "author_id", "changed_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    scope: Mapped[str] = mapped_column(String(80))
    commune_id: Mapped[str | None] = mapped_column(String(40))
    province_code: Mapped[str | None] = mapped_column(String(2))
    unit_id: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(60))
    kind_version: Mapped[int] = mapped_column(BigInteger)
    author_id: Mapped[str] = mapped_column(String(36))
    author_name: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(Integer)
    approved_version: Mapped[int | None] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(16))
    fields: Mapped[Any] = mapped_column(Json)
    sets: Mapped[Any] = mapped_column(Json)
    extra: Mapped[Any] = mapped_column(Json)
    review: Mapped[Any | None] = mapped_column(JsonOrNull)
    event_date: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(Moment)
    #: `{"likely", "earliest", "latest"}`: when its phone made it, whatever its clock said.
    captured: Mapped[Any | None] = mapped_column(JsonOrNull)
    received_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    submitted_at: Mapped[datetime | None] = mapped_column(Moment)
    seq: Mapped[int] = mapped_column(BigInteger, default=0)
    #: The activity that tells of the same event and counts; this one then counts nothing.
    duplicate_of: Mapped[str | None] = mapped_column(String(36))
    #: Its words without diacritics, for the search of lists.
    search_text: Mapped[str] = mapped_column(Text, default="")


_OF_RUNS = text("code = 'leaflet_run'")


class ActivityCount(Base):
    """What an activity counts for: `amount` units of an annex row or a target's metric.

    Rewritten at each change from the catalogue. The activity's place, day and status are
    repeated so that tallies read one table.
    """

    __tablename__ = "activity_count"
    __table_args__ = (
        Index(None, "activity_id"),
        # figures of the nation, of a province, of a commune: 2.7 s became 0.1 s at 660,000 rows
        Index(None, "code", "event_date"),
        Index(None, "province_code", "code", "event_date"),
        Index(None, "commune_id", "code", "event_date"),
        # hand-outs of a print run: 690 ms became some at 300,000 rows; no other row is in it
        Index(None, "group_key", "event_date", sqlite_where=_OF_RUNS, postgresql_where=_OF_RUNS),
    )

    id: Mapped[int] = mapped_column(_Number, primary_key=True, autoincrement=True)
    activity_id: Mapped[str] = mapped_column(_of_activity())
    code: Mapped[str] = mapped_column(String(60))
    amount: Mapped[int] = mapped_column(BigInteger)
    group_key: Mapped[str | None] = mapped_column(Text)
    scope: Mapped[str] = mapped_column(String(80))
    commune_id: Mapped[str | None] = mapped_column(String(40))
    province_code: Mapped[str | None] = mapped_column(String(2))
    event_date: Mapped[date] = mapped_column(Date)
    status: Mapped[str] = mapped_column(String(12))


class Conflict(Base):
    """A change that did not go in, kept beside the record until someone decides.

    `field_values` is a list of `{"field", "current", "mine", "was"}`; `kind` is one of fields,
    amendment, withdrawal, invalid (PROTOCOL.md 5 and 6). The author is that of the operation,
    whose type says what accepting it does. `resolution`: `{"operation", "choice", "values"}`.
    """

    __tablename__ = "conflict"
    __table_args__ = (Index(None, "activity_id"), Index(None, "resolved_at", "activity_id"))

    id: Mapped[str] = mapped_column(String(48), primary_key=True)
    activity_id: Mapped[str] = mapped_column(_of_activity())
    operation_id: Mapped[str] = mapped_column(String(36))
    kind: Mapped[str] = mapped_column(String(12))
    field_values: Mapped[Any] = mapped_column(Json)
    author_id: Mapped[str] = mapped_column(String(36), server_default="")
    author_name: Mapped[str] = mapped_column(Text, server_default="")
    operation_type: Mapped[str] = mapped_column(String(10), server_default="edit")
    opened_at: Mapped[datetime] = mapped_column(Moment)
    resolved_at: Mapped[datetime | None] = mapped_column(Moment)
    resolved_by: Mapped[str | None] = mapped_column(String(36))
    resolution: Mapped[Any | None] = mapped_column(JsonOrNull)


class OperationLog(Base):
    """The durable outcome of every operation that ever arrived: same id and hash, same answer.

    `body` is the operation itself where it had no effect (parked), so that nothing a person
    reported exists only on a phone.
    """

    __tablename__ = "operation_log"
    __table_args__ = (Index(None, "activity_id"), Index(None, "device_id", "epoch", "n"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    hash: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[str] = mapped_column(String(36))
    device_id: Mapped[str | None] = mapped_column(String(36))
    activity_id: Mapped[str] = mapped_column(String(36))
    outcome: Mapped[Any] = mapped_column(Json)
    epoch: Mapped[int | None] = mapped_column(Integer)
    n: Mapped[int | None] = mapped_column(BigInteger)
    received_at: Mapped[datetime] = mapped_column(Moment)
    body: Mapped[Any | None] = mapped_column(JsonOrNull)


class OperationTry(Base):
    """How often an operation met a bug of ours; after the third time it is parked."""

    __tablename__ = "operation_try"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    tries: Mapped[int] = mapped_column(Integer)
    first_at: Mapped[datetime] = mapped_column(Moment)


class ActivityEvent(Base):
    """One line of an activity's history: who did what, when, and what changed.

    `what` is an operation's type or a decision; `detail` holds the changed values or the remarks.
    """

    __tablename__ = "activity_event"
    __table_args__ = (Index(None, "activity_id", "id"),)

    id: Mapped[int] = mapped_column(_Number, primary_key=True, autoincrement=True)
    activity_id: Mapped[str] = mapped_column(String(36))
    at: Mapped[datetime] = mapped_column(Moment)
    account_id: Mapped[str] = mapped_column(String(36))
    account_name: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(Integer)
    detail: Mapped[Any] = mapped_column(Json)


class ActivityEvidence(Base):
    """A photo that an activity names: derived from `sets["evidence"]` so that a photo, when its
    bytes have arrived, finds the activities that wait for it.

    `account_id` is who put it there. Only bytes that this account delivered count: whoever merely
    knows a hash can name it, and gains neither a tick nor sight of another's photo by that.
    """

    __tablename__ = "activity_evidence"
    __table_args__ = (Index(None, "sha256", "account_id"),)

    activity_id: Mapped[str] = mapped_column(_of_activity(), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(String(36))


guard(Activity.__table__)  # type: ignore[arg-type]
