"""`loa scans …`: better rules run over what was counted before, and letting go of what is over."""

from __future__ import annotations

import click
from flask import Flask

from server import clock
from server.http.transaction import reading, writing
from server.scans import reclassify as again
from server.scans import retention


@click.group()
def scans() -> None:
    """Scans of leaflets."""


@scans.command()
@click.option("--all", "all_rows", is_flag=True, help="Also what these rules judged already.")
@click.pass_obj
def reclassify(app: Flask, all_rows: bool) -> None:
    """Judge stored scans by the present rules; prints what changed."""
    outcome = again.Outcome()
    with app.app_context():
        with reading() as session:
            days = again.days_of_older_rules(session, all_rows=all_rows)
        for run_id, day in days:
            # a transaction each: a long one would keep the workers from writing
            with writing() as session:
                again.reclassify_day(session, run_id, day, outcome)
    click.echo(f"{outcome.looked_at} lượt đã xem lại")
    for (before, after), amount in sorted(outcome.changed.items()):
        click.echo(f"  {before} -> {after}: {amount}")


@scans.command()
@click.pass_obj
def tidy(app: Flask) -> None:
    """Delete what has been kept long enough; the server does it every hour by itself."""
    with app.app_context(), writing() as session:
        retention.tidy(session, clock.now())
