"""What waits beside the queue, over HTTP. What becomes of it: `settling`, `conflicts`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server import clock
from server.activities import batch, rows
from server.activities import queries as activity_queries
from server.change_feed import moves
from tests.factories.accounts import make_account, sign_in
from tests.factories.activities import SCOPE, Phone
from tests.factories.reviews import make_reviewer


@pytest.fixture(autouse=True)
def time_stands(now: datetime) -> Iterator[None]:
    with clock.frozen(now):
        yield


def test_a_commune_that_is_merged_away_while_a_reviewer_takes_a_report(
    client: FlaskClient, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The feed closes between the reviewer's look and the lock, once."""
    stranger = make_account(session, now, unit_id="c-00008-2025", name="Lò Văn Phúc")
    phone = Phone(client, session, now, stranger)
    activity = phone.record()
    (parked,) = phone.sync()
    assert parked["reason"] == "no_permission"
    write, tries = rows.write, []

    def write_once_too_late(session: Session, *arguments: Any) -> None:
        if not tries:
            moves.redirect(session, SCOPE, "commune:c-00008-2025")
        tries.append(1)
        write(session, *arguments)

    monkeypatch.setattr(batch.rows, "write", write_once_too_late)
    headers = sign_in(client, session, now, make_reviewer(session, now))
    answer = client.post(
        f"/api/v1/parked/{parked['id']}/settlement",
        json={"settlement": "accept", "note": "", "scope": None}, headers=headers,
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    assert len(tries) == 2
    session.rollback()
    row = activity_queries.get(session, activity)
    assert row is not None
    assert (row.scope, row.author_id) == (SCOPE, stranger.id)
    waiting = client.get("/api/v1/parked").json
    assert waiting["items"] == []
