"""`loa evidence collect`: let go of photos that nothing has named for half a year."""

from __future__ import annotations

import json
from dataclasses import asdict

import click
from flask import Flask


@click.group()
def evidence() -> None:
    """Photos of activities."""


@evidence.command()
@click.option("--dry-run", is_flag=True, help="Only tell what would be done.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def collect(app: Flask, dry_run: bool, as_json: bool) -> None:
    """Mark photos that nothing names; delete those marked for 180 days and still unnamed.

    The server may run meanwhile; do not run it beside `loa backup` or `loa check`.
    """
    from server import clock
    from server.accounts import audit
    from server.evidence import collecting
    from server.files.store import store_for
    from server.http.actor import SYSTEM
    from server.http.transaction import writing

    store = store_for(app.extensions["loa_settings"].files_url)
    with app.app_context():
        now = clock.now()
        done = collecting.collect(store, now, dry_run=dry_run)
        if done.forgotten and not dry_run:
            # numbers only: a hash in the log would keep its photo for ever
            told = {"photos": done.forgotten, "bytes": done.freed_bytes}
            with writing() as session:
                audit.append(session, SYSTEM.account_id, now, "photos.collected", "", told)
    if as_json:
        click.echo(json.dumps({"dry_run": dry_run, **asdict(done)}))
        return
    if dry_run:
        click.echo("Chạy thử, chưa ghi gì:")
    click.echo(f"{done.examined} ảnh đã xem")
    click.echo(f"  {done.marked} ảnh từ nay không còn nơi nào nêu tên, {done.renamed} ảnh lại có")
    click.echo(f"  {done.due} ảnh đã quá 180 ngày: {done.recorded} ảnh còn trong hồ sơ, "
               f"{done.awaited} ảnh chờ máy gửi báo cáo")  # fmt: skip
    click.echo(f"  {done.forgotten} ảnh bỏ đi, {done.freed_bytes / 1_000_000:.1f} MB")
