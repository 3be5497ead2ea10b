"""Taking a backup, proving it, promising on it; and restoring one into an empty place.

A folder of backups holds `files/`, photos by their hash, shared by all of them, for a photo never
changes; and one folder a backup with the database and, written last, its manifest. Not here: how
each database is copied (`sqlite_copy`, `postgres_copy`), when backups are taken (the operator).
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, select, text, update
from sqlalchemy.orm import Session

from server import problems
from server.backups import manifest as manifests
from server.backups import postgres_copy, sqlite_copy
from server.backups.manifest import Manifest
from server.change_feed import operations as change_feed
from server.change_feed import queries as feed_queries
from server.evidence.models import Photo, Upload
from server.evidence.receiving import keys_of
from server.files.disk import DiskStore
from server.files.store import MissingObjectError, Store
from server.leaflets.files import file_key
from server.leaflets.queries import file_hashes
from server.problems import ProblemError
from server.soundness.queries import Finding, examine

_FILES = "files"
_PARTIAL = ".partial"


@dataclass(frozen=True, slots=True)
class Taken:
    """A finished backup. It is promised on only if every finding is sound."""

    name: str
    manifest: Manifest
    new_photos: int
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        return all(finding.sound for finding in self.findings)


def take_backup(engine: Engine, store: Store, folder: Path, now: datetime) -> Taken:
    """Copy the live database and its photos into `folder` and prove the copy.

    Does not promise: see `promise`. `now` must be read before the call. A backup that is not
    sound stays under its partial name, for whoever looks into it.
    """
    name = now.strftime("%Y-%m-%dT%H-%M-%SZ")
    work = folder / f"{name}{_PARTIAL}"
    work.mkdir(parents=True)
    postgres = engine.dialect.name == "postgresql"
    rows = (postgres_copy if postgres else sqlite_copy).copy_out(engine, work)
    safe = DiskStore(folder / _FILES)
    with _opened(engine, work) as copy, Session(copy) as session:
        new, damaged = _copy_files(_files(session), store, safe)
        findings = [damaged, *examine(session, safe, hash_bytes=False)]
        manifest = _manifest(session, engine, now, rows)
    taken = Taken(name, manifest, new, tuple(findings))
    if taken.sound:
        _write_durably(work / manifests.NAME, manifest.to_json())
        work.replace(folder / name)
        _sync_folder(folder)
    return taken


def promise(session: Session, taken: Taken) -> bool:
    """Move `durable_through` up to what the proved backup holds; False if nothing moved."""
    assert taken.sound, "nothing is promised on a backup that is not sound"
    through = taken.manifest.durable_through
    return change_feed.promise_durable(session, taken.manifest.incarnation, through)


def backups_in(folder: Path) -> list[str]:
    """Names of the proved backups, the oldest first."""
    return sorted(found.parent.name for found in folder.glob(f"*/{manifests.NAME}"))


def drop_older(folder: Path, keep: int) -> list[str]:
    """Delete all but the newest `keep` databases; photos stay. Returns the names."""
    assert keep > 0, "the last backup is never dropped"
    gone = backups_in(folder)[:-keep]
    for name in gone:
        (folder / name / manifests.NAME).unlink()  # first: from now on it is no backup
        shutil.rmtree(folder / name)
    return gone


def restore_backup(
    engine: Engine, store: Store, folder: Path, name: str | None, migrate: Callable[[str], None]
) -> Manifest:
    """Put backup `name` (default: the newest) into an empty database and its photos into `store`.

    `migrate` brings the database's schema to a revision. The caller then begins a new life
    (`begin_restored_life`). Raises backup-missing, backup-unfit, database-in-use.
    """
    found = backups_in(folder)
    chosen = name or (found[-1] if found else None)
    if chosen not in found:
        raise ProblemError(problems.BACKUP_MISSING, folder=str(folder), found=found)
    manifest = manifests.read(folder / chosen)
    if manifest.dialect != engine.dialect.name:
        raise ProblemError(problems.BACKUP_UNFIT, backup=manifest.dialect, here=engine.dialect.name)
    if _is_in_use(engine):
        raise ProblemError(problems.DATABASE_IN_USE)
    if engine.dialect.name == "postgresql":
        migrate(manifest.revision)
        postgres_copy.copy_in(folder / chosen, engine)
    else:
        sqlite_copy.copy_in(folder / chosen, engine)
    migrate("head")
    with Session(engine) as session:
        _, damaged = _copy_files(_files(session), DiskStore(folder / _FILES), store)
    if not damaged.sound:
        raise ProblemError(problems.BACKUP_UNFIT, photos=damaged.faults)
    return manifest


def set_aside(engine: Engine, now: datetime) -> Path | None:
    """Rename the SQLite database that stands here; returns its new path, None if there is none."""
    path = Path(engine.url.database or "")
    if engine.dialect.name != "sqlite" or not _is_in_use(engine):
        return None
    engine.dispose()
    aside = path.with_name(f"{path.name}.{now.strftime('%Y%m%dT%H%M%S')}")
    for ending in ("-wal", "-shm", ""):
        if (found := path.with_name(path.name + ending)).exists():
            found.replace(aside.with_name(aside.name + ending))
    _sync_folder(path.parent)
    return aside


def begin_restored_life(session: Session, now: datetime, manifest: Manifest) -> str:
    """Name the database's new life; phones read anew and offer what the backup may lack."""
    # Half-sent photos were not copied: their phones begin them again
    session.execute(update(Upload).where(Upload.settled_at.is_(None)).values(offset=0))
    # What named a photo may be among what phones offer again: its time begins anew
    session.execute(
        update(Photo)
        .where(Photo.unnamed_since.is_not(None), Photo.state != "gone")
        .values(unnamed_since=None)
    )
    return change_feed.begin_new_life(session, now, manifest.durable_through)


def _opened(engine: Engine, work: Path) -> AbstractContextManager[Engine]:
    if engine.dialect.name == "postgresql":
        return postgres_copy.opened(work, engine)
    return sqlite_copy.opened(work)


def _files(session: Session) -> list[tuple[str, tuple[str, ...]]]:
    """`(SHA-256, keys)` of all photos and of the files of leaflets, the original's key first."""
    photos = session.scalars(select(Photo.sha256).where(Photo.state == "verified"))
    found = [(sha256, tuple(keys_of(sha256))) for sha256 in photos]
    return found + [(sha256, (file_key(sha256),)) for sha256 in file_hashes(session)]


def _copy_files(
    files: Iterable[tuple[str, tuple[str, ...]]], source: Store, target: Store
) -> tuple[int, Finding]:
    """Copy what `target` lacks; how many files were new, and which could not be copied.

    An original is compared with its name while it is read, so no damaged byte is carried on.
    """
    new, finding = 0, Finding("copied")
    for sha256, (original, *derived) in files:
        finding.examined += 1
        if not target.exists(original):
            new += 1
        for key in (*derived, original):  # the original last: it says that all are there
            if target.exists(key):
                continue
            try:
                content = source.read(key)
            except MissingObjectError:
                finding.fault(f"{key}: missing")
                continue
            if key == original and hashlib.sha256(content).hexdigest() != sha256:
                finding.fault(f"{key}: its bytes are others")
                continue
            target.put(key, content)
    return new, finding


def _manifest(session: Session, engine: Engine, now: datetime, rows: dict[str, int]) -> Manifest:
    life = feed_queries.life(session)
    if life is None:
        raise ProblemError(problems.BACKUP_UNFIT, reason="no life")
    sizes = list(session.scalars(select(Photo.size).where(Photo.state == "verified")))
    revision = session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    return Manifest(
        taken_at=now,
        incarnation=life[0],
        dialect=engine.dialect.name,
        revision=revision,
        rows=rows,
        photos=len(sizes),
        bytes=sum(sizes),
    )


def _is_in_use(engine: Engine) -> bool:
    """Whether the place holds a database of ours; one that has no tables may be filled."""
    if engine.dialect.name == "sqlite":
        path = Path(engine.url.database or "")
        return path.exists() and path.stat().st_size > 0
    with engine.connect() as connection:
        return bool(connection.scalar(text("SELECT to_regclass('activity') IS NOT NULL")))


def _write_durably(path: Path, content: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
