"""`loa backup` and `loa restore`: a proved copy of everything, and the way back.

The secret key is not in a backup: a copy of the data must not open what the key guards. The
operator keeps it apart (docs/how-to/deploy.md).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from flask import Flask

from server.cli.check import show
from server.http.actor import SYSTEM


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--keep", type=click.IntRange(min=1), help="Drop all but the newest so many.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def backup(app: Flask, folder: Path, keep: int | None, as_json: bool) -> None:
    """Copy database and photos into FOLDER, prove the copy, and tell the phones.

    The server may run meanwhile. Photos are copied once and shared by all backups of the folder.
    Exit 1: something is not sound; then nothing is promised and the copy keeps the name `.partial`.
    """
    from server import clock
    from server.accounts import audit
    from server.backups import operations as backups
    from server.database import db
    from server.files.store import store_for
    from server.http.transaction import writing

    store = store_for(app.extensions["loa_settings"].files_url)
    with app.app_context():
        now = clock.now()
        taken = backups.take_backup(db.engine, store, folder, now)
        moved, dropped = False, []
        if taken.sound:
            with writing() as session:
                moved = backups.promise(session, taken)
                audit.append(session, SYSTEM.account_id, now, "backup.taken", taken.name)
            dropped = backups.drop_older(folder, keep) if keep else []
    if as_json:
        click.echo(json.dumps({
            "backup": taken.name, "sound": taken.sound, "dropped": dropped,
            "durable_through": taken.manifest.durable_through.isoformat() if moved else None,
            "rows": taken.manifest.rows, "photos": taken.manifest.photos,
            "bytes": taken.manifest.bytes, "new_photos": taken.new_photos,
            "checks": [finding.to_wire() for finding in taken.findings],
        }, ensure_ascii=False))  # fmt: skip
    elif taken.sound:
        click.echo(f"Đã sao lưu và kiểm chứng: {folder / taken.name}")
        click.echo(f"  {sum(taken.manifest.rows.values())} dòng, {taken.manifest.photos} ảnh "
                   f"({taken.new_photos} ảnh mới)")  # fmt: skip
    else:
        click.echo(f"Bản sao CHƯA dùng được: {folder / taken.name}.partial", err=True)
        show(taken.findings)
    sys.exit(0 if taken.sound else 1)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--at", "name", help="Name of the backup. Default: the newest.")
@click.option("--replace", is_flag=True, help="Set a SQLite database that stands here aside.")
@click.pass_obj
def restore(app: Flask, folder: Path, name: str | None, replace: bool) -> None:
    """Put a backup into an empty database. Stop the server first.

    The database begins a new life: phones read it anew and offer again what they had sent since.
    """
    import flask_migrate

    from server import clock
    from server.accounts import audit
    from server.backups import operations as backups
    from server.database import db
    from server.files.store import store_for
    from server.http.transaction import writing

    store = store_for(app.extensions["loa_settings"].files_url)
    with app.app_context():
        now = clock.now()
        aside = backups.set_aside(db.engine, now) if replace else None
        manifest = backups.restore_backup(
            db.engine, store, folder, name, lambda to: flask_migrate.upgrade(revision=to)
        )
        with writing() as session:
            backups.begin_restored_life(session, now, manifest)
            audit.append(session, SYSTEM.account_id, now, "backup.restored", manifest.incarnation)
    taken_at = manifest.taken_at.astimezone(clock.VIETNAM)
    click.echo(f"Đã khôi phục bản sao lúc {taken_at:%H:%M:%S %d/%m/%Y}.")
    if aside is not None:
        click.echo(f"Cơ sở dữ liệu cũ được cất ở {aside}")
    click.echo("Chạy `loa check` để kiểm tra, rồi khởi động lại máy chủ.")
