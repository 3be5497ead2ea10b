"""The one door through which a row that phones see gets its sequence number (PROTOCOL.md 2)."""

from __future__ import annotations

from flask import Flask


def install(app: Flask) -> None:
    """Stamp what was marked before each commit of `app`'s sessions; safe to repeat."""
    from server.change_feed import operations
    from server.database import db

    operations.listen_to(db.session)
