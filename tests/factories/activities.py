"""Activities for tests: values, operations, and a phone that syncs by HTTP."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server import catalogue
from server.accounts import queries as accounts
from server.accounts.models import Account
from server.activities import operations
from server.catalogue.derive import merging
from server.http.actor import Actor
from sync.operation import Operation, parse_operation
from sync.replica import Replica
from tests.factories.accounts import COMMUNE, bearer, make_account, make_device

SCOPE = f"commune:{COMMUNE}"
KIND = "loudspeaker_broadcast"
PHOTO = {"size": 120_000, "media_type": "image/jpeg", "width": 1600, "height": 1200}

_numbers = itertools.count(1)


def new_id() -> str:
    """An id as a phone makes them; its time bits mean nothing."""
    return str(uuid.UUID(int=uuid.uuid4().int & ~(0xF << 76) | 0x7 << 76))


def example(kind: str = KIND, **changes: Any) -> dict[str, Any]:
    """A complete, valid set of values."""
    return {**catalogue.kinds()[kind].example, **changes}


def photo(name: str = "a") -> dict[str, Any]:
    """An element of the set `evidence`."""
    return {"sha256": (name.encode().hex() * 64)[:64], **PHOTO}


def wire(type: str = "create", **members: Any) -> dict[str, Any]:
    """The envelope of an operation; `members` replace or add."""
    kind = members.get("kind", KIND)
    known = catalogue.kinds().get(kind)
    content: dict[str, Any] = {}
    if type == "create":
        content = {"set": example(kind) if known else {}, "add": {"evidence": [photo()]}}
    return {
        "id": new_id(),
        "activity": new_id(),
        "type": type,
        "scope": SCOPE,
        "kind": kind,
        "kind_version": known.version if known else 1,
        "base": None,
        "incarnation": None,
        "set": {},
        "was": {},
        "add": {},
        "remove": {},
        "after": None,
        "n": next(_numbers),
        "captured": {"wall": "2026-11-20T07:01:09+07:00", "monotonic_ms": 1, "boot": "b"},
        **content,
        **members,
    }


def make_operation(type: str = "create", **members: Any) -> Operation:
    """The same, read."""
    return parse_operation(wire(type, **members))


def make_activity(
    session: Session,
    now: datetime,
    author: Account,
    *,
    submitted: bool = True,
    scope: str = SCOPE,
    kind: str = KIND,
    fields: Mapping[str, Any] | None = None,
    photos: tuple[str, ...] = ("a",),
) -> str:
    """The id of a recorded activity, submitted unless told otherwise; committed."""
    values = example(kind, **(fields or {}))
    create = make_operation(
        scope=scope, kind=kind, set=values, add={"evidence": [photo(name) for name in photos]}
    )
    steps = [create]
    if submitted:
        steps.append(
            make_operation(
                "submit", activity=create.activity, scope=scope, kind=kind, base=1, after=create.id
            )
        )
    results = operations.apply_batch(session, actor_of(session, author, now), now, steps)
    session.commit()
    assert [result.outcome.name for result in results] == ["applied"] * len(steps), results
    return create.activity


def actor_of(session: Session, account: Account, now: datetime) -> Actor:
    """The account at work."""
    return accounts.actor_of(session, account, now)


class Phone:
    """An enrolled phone: the real replica over the real HTTP of the test client."""

    def __init__(
        self, client: FlaskClient, session: Session, now: datetime, account: Account
    ) -> None:
        device, token = make_device(session, now, account)
        self.client = client
        self.headers = bearer(token)
        self.replica = Replica(
            device.id, (), lambda kind: merging.merge_policy(catalogue.kinds()[kind]), new_id
        )
        self.answers: list[dict[str, Any]] = []

    def record(self, **changes: Any) -> str:
        """Save a new activity in the phone; returns its id."""
        activity = new_id()
        self.replica.save(
            "create", new_id(), activity, scope=SCOPE, kind=KIND,
            kind_version=catalogue.kinds()[KIND].version, set=example(**changes),
            add={"evidence": [photo()]},
        )  # fmt: skip
        return activity

    def save(self, type: str, activity: str, **patch: Any) -> str:
        """Save a change of an activity; returns the operation's id."""
        operation_id = new_id()
        self.replica.save(type, operation_id, activity, **patch)  # type: ignore[arg-type]
        return operation_id

    def post(self, request: Mapping[str, Any], status: int = 200) -> dict[str, Any]:
        """One request, whose answer is not taken."""
        response = self.client.post("/api/v1/sync", json=request, headers=self.headers)
        assert response.status_code == status, response.text
        # as a phone reads it: the server's own strict reader is for requests, which are flatter
        found: dict[str, Any] = json.loads(response.data)
        return found

    def sync(self, rounds: int = 1, **limits: int) -> list[dict[str, Any]]:
        """Sync and take the answers; returns the outcomes of all rounds."""
        outcomes: list[dict[str, Any]] = []
        for _ in range(rounds):
            request = self.replica.make_request(**limits)
            answer = self.post(request)
            self.replica.take_answer(request, answer)
            self.answers.append(answer)
            outcomes += answer["outcomes"]
        return outcomes

    def row(self, activity: str) -> dict[str, Any]:
        """What the phone shows."""
        found = self.replica.view(activity)
        assert found is not None
        return dict(found)


def make_phone(client: FlaskClient, session: Session, now: datetime, **account: Any) -> Phone:
    """A phone of a new collaborator of the usual commune."""
    return Phone(client, session, now, make_account(session, now, **account))
