"""Whole installations for tests: an empty place, filled by `loa init`, as an operator has it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import flask_migrate
from flask import Flask

from server.app import create_app
from server.cli.init import initialise
from server.database import db
from server.settings import from_environment
from tests.factories.activities import KIND, SCOPE, Phone, example, make_phone, new_id
from tests.factories.evidence import Photo, make_photo


def make_installation(folder: Path, database_url: str | None = None, *, fill: bool = True) -> Flask:
    """An application over a database of its own; without `fill` the database has no tables."""
    environment = {"LOA_DATA_DIR": str(folder), "LOA_SECRET_KEY": "k" * 48}
    if database_url is not None:
        environment["LOA_DATABASE_URL"] = database_url
    app = create_app(from_environment(environment))
    app.testing = True
    if fill:
        initialise(app)
    return app


@contextmanager
def at_work(app: Flask) -> Iterator[Flask]:
    """Inside the application, as the command line is."""
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def migrate(to: str) -> None:
    """What the command gives `restore_backup`."""
    flask_migrate.upgrade(revision=to)


def enrol(app: Flask, now: datetime) -> Phone:
    """A collaborator's phone that has synced once."""
    phone = make_phone(app.test_client(), db.session(), now)
    phone.sync(5)
    return phone


def report(phone: Phone, seed: int) -> tuple[str, Photo]:
    """A broadcast with a photo of its own: recorded, delivered, its photo verified."""
    activity, photo = new_id(), make_photo(seed)
    phone.replica.save(
        "create", new_id(), activity, scope=SCOPE, kind=KIND, kind_version=1,
        set=example(), add={"evidence": [photo.element]},
    )  # fmt: skip
    phone.sync(2)
    pairs = {"sha256": photo.sha256, "type": photo.media_type}
    metadata = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in pairs.items())
    headers = {**phone.headers, "Tus-Resumable": "1.0.0", "Upload-Metadata": metadata,
               "Upload-Length": str(len(photo.content)),
               "Content-Type": "application/offset+octet-stream"}  # fmt: skip
    answer = phone.client.post("/api/v1/uploads", data=photo.content, headers=headers)
    assert answer.status_code == 201, answer.text
    return activity, photo
