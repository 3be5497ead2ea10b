"""`loa init`: the database made or migrated, places, catalogue and plan loaded, and what is stored
brought under the names that this release has for its fields. Safe to repeat."""

from __future__ import annotations

import logging

import click
import flask_migrate
from flask import Flask

from server.activities import renaming
from server.app import load_reference_data
from server.http.transaction import writing


def initialise(app: Flask) -> None:
    """Bring `app`'s database to the present schema and reference data."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with app.app_context():
        flask_migrate.upgrade()
        load_reference_data()
        while _rename_some():
            pass


def _rename_some() -> int:
    """One transaction; phones may be at work meanwhile."""
    with writing() as session:
        return renaming.rename_some(session)


@click.command()
@click.pass_obj
def init(app: Flask) -> None:
    """Make or migrate the database; load places, plan and catalogue; rename stored fields."""
    initialise(app)
    click.echo("Cơ sở dữ liệu sẵn sàng.")
