"""The `loa` command: the operator's way in. Each room's commands stand in a file of their own.

Not here: anything that only a person in the console does.
"""

from __future__ import annotations

import os
import re
import sys

import click
from flask import Flask
from sqlalchemy.exc import DBAPIError

from server.app import create_app
from server.database import db
from server.problems import ProblemError

NO_TABLES = "Cơ sở dữ liệu chưa có bảng nào. Hãy chạy `loa init` trước."
_TABLE_MISSING = re.compile(r'no such table|relation "\w+" does not exist')


class _Group(click.Group):
    """Shows a problem as its Vietnamese sentence instead of a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ProblemError as error:
            details = "".join(f"\n  {key}: {value}" for key, value in error.extras.items())
            raise click.ClickException(f"{error.problem.title_vi}{details}") from error
        except DBAPIError as error:
            if not _TABLE_MISSING.search(str(error.orig)):
                raise
            raise click.ClickException(NO_TABLES) from error


@click.group(cls=_Group)
@click.pass_context
def main(context: click.Context) -> None:
    """Loa: field reporting for the communication work of BHXH."""
    app = create_app()
    context.obj = app
    context.call_on_close(lambda: _let_go(app))


def _let_go(app: Flask) -> None:
    """Close what the command has opened: the database hears good-bye instead of a broken line."""
    with app.app_context():
        db.engine.dispose()


@main.command()
@click.option("--host", default="0.0.0.0", show_default=True)  # noqa: S104 - phones must reach it
@click.option("--port", type=int, default=None, help="Default: PORT, else 8000.")
@click.option("--workers", type=int, default=None, help="Default: see server/gunicorn_conf.py.")
@click.pass_obj
def serve(app: Flask, host: str, port: int | None, workers: int | None) -> None:
    """Migrate, then serve with gunicorn."""
    from server.cli.init import initialise

    initialise(app)
    port = port or app.extensions["loa_settings"].port
    arguments = [
        sys.executable, "-m", "gunicorn", "--config", "python:server.gunicorn_conf",
        "--bind", f"{host}:{port}",
    ]  # fmt: skip
    if workers:
        arguments += ["--workers", str(workers)]
    sys.stdout.flush()
    os.execv(sys.executable, [*arguments, "server.wsgi:app"])  # noqa: S606


def _register() -> None:
    """Hang every room's commands on `main`."""
    from server.cli.accounts import accounts
    from server.cli.backups import backup, restore
    from server.cli.check import check
    from server.cli.demo import demo
    from server.cli.devices import devices
    from server.cli.evidence import evidence
    from server.cli.generate import generate, openapi
    from server.cli.init import init
    from server.cli.leaflets import leaflets
    from server.cli.places import places
    from server.cli.plans import plans
    from server.cli.scans import scans

    for command in (
        init, demo, accounts, devices, plans, places, backup, restore, check, generate, openapi,
        leaflets, scans, evidence,
    ):  # fmt: skip
        main.add_command(command)


_register()
