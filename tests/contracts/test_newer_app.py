"""An app that knows more than this server: nothing of it is lost, and nobody else is stopped."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server import clock
from server.activities.models import OperationLog
from tests.factories.activities import make_phone, photo, wire


def test_what_this_server_does_not_know_is_given_back(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    """Fields, set fields, members of the envelope and of a photo, under a newer kind version."""
    phone = make_phone(client, session, now)
    create = wire(kind_version=9, mood="calm", protocol_hint={"a": 1})
    create["set"]["colour"] = "red"
    create["add"] = {"evidence": [{**photo(), "taken_by": "An"}], "lines": [{"id": "1", "x": 2}]}
    other = wire()
    answer = phone.post({**phone.replica.make_request(), "operations": [create, other]})
    assert [told["outcome"] for told in answer["outcomes"]] == ["applied", "applied"]
    answer = phone.post({**phone.replica.make_request(), "operations": []})
    rows = [row for page in answer["changes"].values() for row in page["rows"]]
    (row,) = [row for row in rows if row["id"] == create["activity"]]
    assert row["extra"]["colour"] == "red"
    assert row["extra"]["lines"]["add"] == [{"id": "1", "x": 2}]
    assert row["evidence"][0]["taken_by"] == "An"
    assert "colour" not in row["fields"]
    # An older app edits what it knows: the rest stays.
    edit = wire("edit", activity=create["activity"], base=1, after=create["id"],
                set={"topics": ["bhtn"]}, was={"topics": row["fields"]["topics"]})  # fmt: skip
    answer = phone.post({**phone.replica.make_request(), "operations": [edit]})
    rows = [row for page in answer["changes"].values() for row in page["rows"]]
    (row,) = [row for row in rows if row["id"] == create["activity"]]
    assert (row["extra"]["colour"], row["kind_version"]) == ("red", 9)


@pytest.mark.parametrize(
    ("newer", "reason"),
    [({"kind": "drone_show"}, "unknown_kind"), ({"protocol": 2, "type": "merge"}, "unsupported")],
)
def test_what_this_server_cannot_do_yet_waits_alone(
    client: FlaskClient, session: Session, now: datetime, newer: dict[str, str], reason: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(clock, "now", lambda: now)
    phone = make_phone(client, session, now)
    first = wire(**newer)
    later = wire("edit", activity=first["activity"], after=first["id"], kind=first["kind"])
    sent = {**phone.replica.make_request(), "operations": [first, later, wire()]}
    told = phone.post(sent)["outcomes"]
    assert [each["outcome"] for each in told] == ["retry", "retry", "applied"]
    assert told[0]["reason"] == reason
    # After a day a person is asked; the operation is kept whole.
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=1))
    told = phone.post(sent)["outcomes"]
    assert (told[0]["outcome"], told[0]["reason"]) == ("parked", reason)
    assert told[2]["outcome"] == "applied"
    kept = session.get_one(OperationLog, first["id"]).body
    assert first["activity"] in str(kept)


def test_an_unknown_type_of_our_own_protocol_is_no_newer_app(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    phone = make_phone(client, session, now)
    sent = {**phone.replica.make_request(), "operations": [wire(type="merge"), wire()]}
    told = phone.post(sent)["outcomes"]
    assert (told[0]["outcome"], told[0]["reason"]) == ("parked", "malformed")
    assert told[1]["outcome"] == "applied"
