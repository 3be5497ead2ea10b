"""Delivering operations by `POST /api/v1/sync`, as phones meet it."""

from __future__ import annotations

from datetime import datetime

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.activities import make_phone


def test_an_activity_recorded_offline_is_submitted(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now)
    activity = phone.record()
    phone.save("submit", activity)
    outcomes = phone.sync()
    assert [outcome["outcome"] for outcome in outcomes] == ["applied", "applied"]
    phone.sync()
    row = phone.row(activity)
    assert (row["status"], row["version"]) == ("submitted", 2)
    assert phone.replica.idle()
    assert phone.replica.rereads == 0
