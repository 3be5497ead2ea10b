"""`loa init`: the database made or migrated, places, catalogue and plan loaded. Safe to repeat."""

from __future__ import annotations

import logging

import click
import flask_migrate
from flask import Flask

from server.app import load_reference_data


def initialise(app: Flask) -> None:
    """Bring `app`'s database to the present schema and reference data."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with app.app_context():
        flask_migrate.upgrade()
        load_reference_data()


@click.command()
@click.pass_obj
def init(app: Flask) -> None:
    """Make or migrate the database; load places, plan and catalogue."""
    initialise(app)
    click.echo("Cơ sở dữ liệu sẵn sàng.")
