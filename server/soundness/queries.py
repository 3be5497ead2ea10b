"""All checks over one snapshot: `loa check`, and the proof of a backup.

Not here: repairing. What is found here is a reason to stop and look.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from server.accounts import audit
from server.files.store import Store
from server.soundness.contents import examine_contents, examine_operations
from server.soundness.feeds import examine_feeds
from server.soundness.finding import Finding
from server.soundness.photos import examine_leaflet_files, examine_photos
from server.soundness.scans import examine_scans

__all__ = ["Finding", "examine"]


def examine(session: Session, store: Store, *, hash_bytes: bool = True) -> list[Finding]:
    """Every check, in the order of what breaks first. `session` reads one snapshot."""
    return [
        _examine_database(session),
        _examine_audit(session),
        examine_feeds(session),
        examine_contents(session),
        examine_operations(session),
        examine_scans(session),
        examine_photos(session, store, hash_bytes=hash_bytes),
        examine_leaflet_files(session, store, hash_bytes=hash_bytes),
    ]


def _examine_database(session: Session) -> Finding:
    """What the database says of itself. PostgreSQL holds its keys at each commit."""
    finding = Finding("database")
    if session.get_bind().dialect.name != "sqlite":
        finding.examined = session.execute(text("SELECT count(*) FROM activity")).scalar_one()
        return finding
    for (line,) in session.execute(text("PRAGMA integrity_check")):
        finding.examined += 1
        if line != "ok":
            finding.fault(line)
    for table, row, parent, _ in session.execute(text("PRAGMA foreign_key_check")):
        finding.fault(f"{table} row {row}: its {parent} is missing")
    return finding


def _examine_audit(session: Session) -> Finding:
    report = audit.verify_chain(session)
    finding = Finding("audit", examined=report.entries)
    if report.broken_at is not None:
        finding.fault(f"line {report.broken_at} was altered, taken out or cut off")
    return finding
