"""Tables of photos: what each account is sending, and what is known of the bytes that came.

Not here: which activity names a photo (`activities.models.ActivityEvidence`), the bytes (`files`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import BigInteger, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.database.types import Moment

#: `gone`: nothing named it, its rows are forgotten and its bytes are about to be (`collecting`).
PhotoState = Literal["verified", "refused", "gone"]


class Upload(Base):
    """One account's delivery of a photo, which it must make in full whoever else made it before.

    `offset` is what was last answered; while bytes are coming the store knows better.
    `settled_at` is set once all bytes came, hashed to the name and were looked at; then the
    photo's state is this delivery's verdict, and `expires_at` means nothing.
    """

    __tablename__ = "upload"
    __table_args__ = (Index(None, "expires_at"), Index(None, "sha256"))

    account_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(121))
    filename: Mapped[str] = mapped_column(Text)
    offset: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)
    #: The phone that opened it last, its own or by a courier; None for a console.
    device_id: Mapped[str | None] = mapped_column(String(36))


class Preview(Base):
    """The phone's own thumbnail of a photo on its way: a claim, shown as such and never evidence.

    It goes when the photo has come. Bytes lie in the store (`receiving.preview_key`).
    """

    __tablename__ = "preview"
    __table_args__ = (Index(None, "received_at"), Index(None, "sha256"))

    account_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(Moment)


_MARKED = text("unnamed_since IS NOT NULL")


class Photo(Base):
    """Bytes that came whole. What describes the picture is None if it was refused.

    Width and height are those of the picture turned upright; `orientation` is what the file says
    (EXIF, 1–8). `phash` is 16 hex digits. `reason` is a key of `decoder.REASONS`.
    `unnamed_since`: when the collector saw that nothing names it, None while something does.
    """

    __tablename__ = "photo"
    __table_args__ = (
        Index(None, "phash"),
        # only what waits for its end is in it
        Index(None, "unnamed_since", sqlite_where=_MARKED, postgresql_where=_MARKED),
    )

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[PhotoState] = mapped_column(String(8))
    reason: Mapped[str | None] = mapped_column(String(20))
    verified_at: Mapped[datetime] = mapped_column(Moment)
    media_type: Mapped[str | None] = mapped_column(String(20))
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    orientation: Mapped[int | None] = mapped_column(Integer)
    placeholder: Mapped[str | None] = mapped_column(Text)
    phash: Mapped[str | None] = mapped_column(String(16))
    unnamed_since: Mapped[datetime | None] = mapped_column(Moment)
