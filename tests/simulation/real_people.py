"""Those who write beside the phones, over the real rooms: reviewers, senders of notices, operators
who carry out acts, colleagues who bring files.

Part of the real server behind the port. Not here: the exchange and the database (`real_server`).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from flask.testing import FlaskClient

from server import clock, problems
from server.accounts import queries as accounts
from server.activities import moving
from server.change_feed import operations as change_feed
from server.database import ids
from server.exchange.sealed import MEDIA_TYPE
from server.http.actor import SYSTEM, Actor
from server.http.transaction import writing
from server.places import recording
from server.places.acts import read_act
from server.problems import ProblemError
from server.reviews import conflicts, settling
from server.reviews import duplicates as twins
from server.reviews import operations as reviews
from tests.factories.courier import make_parcel, seal
from tests.simulation.communes import Act
from tests.simulation.port import Bug, Refused, SealedFile
from tests.simulation.real_country import act_text
from tests.simulation.real_database import REVIEWER, House
from tests.simulation.state import State, Wire

_VERBS = {"approved": "approve", "returned": "return", "rejected": "reject"}
#: Why a decision may be refused in this world.
_TOO_LATE = (problems.STALE_REVIEW, problems.DECISION_IMPOSSIBLE, problems.EVIDENCE_MISSING,
             problems.OPEN_CONFLICT, problems.NOT_FOUND, problems.INVALID, problems.OWN_WORK,
             problems.CONFLICT, problems.FORBIDDEN)  # fmt: skip


class RealPeople:
    """Needs what `RealServer` sets up."""

    house: House
    state: State
    client: FlaskClient
    tokens: dict[str, str]
    sent: list[str]
    clock: Callable[[], float]

    def time(self) -> AbstractContextManager[None]:
        """The world's time, for what is done in it."""
        raise NotImplementedError

    def read_people(self) -> None:
        raise NotImplementedError

    # ---- communes

    def reform(self, act: Act) -> bool:
        """Recorded and carried out as an operator does both."""
        before = self.state
        read = read_act(act_text(act), "simulation")
        with self.time(), writing() as session:
            recording.record_act(session, clock.now(), read)
        with self.time(), writing() as session:
            moving.carry_out_due(session, SYSTEM, clock.now())
        self.read_people()
        new = {scope: () for scope in act.new if scope not in before.communes}
        self.state.communes |= new | dict.fromkeys(act.ended, act.new)
        return True

    def move_some(self, limit: int) -> int | None:
        with self.time(), writing() as session:
            return moving.move_some(session, clock.now(), limit)

    # ---- reviewers and senders of notices

    def review(self, id: str, version: int, decision: str) -> bool:
        record = self.state.records.get(id)
        if record is None:
            return False
        remarks = [] if decision == "approved" else [{"text": "Xem lại"}]
        override = None if self.state.conflicts.get(id) else {"reason": "Ảnh đến sau"}
        verb = _VERBS[decision]
        return self._decides(
            lambda session, actor, now: reviews.decide(
                session, actor, now, id, verb, version, record.digest, remarks, override
            )
        )

    def resolve(self, id: str, conflict: str, version: int, choice: str, typed: Wire) -> bool:
        return self._decides(
            lambda session, actor, now: conflicts.resolve(
                session, actor, now, id, conflict, version, choice, typed
            )
        )

    def decide_duplicate(self, one: str, other: str, primary: str | None) -> bool:
        first, second = sorted((one, other))
        found = self.house.connection().execute(
            "SELECT id FROM possible_duplicate WHERE (first_id, second_id) IN ((?, ?), (?, ?))",
            (first, second, second, first),
        ).fetchone()  # fmt: skip
        return found is not None and self._decides(
            lambda session, actor, now: twins.decide(session, actor, now, found[0], primary)
        )

    def settle_parked(self, id: str, settlement: str, scope: str | None) -> bool:
        how: settling.Settlement = "accept" if settlement == "accept" else "dismiss"
        try:
            return self._decides(
                lambda session, actor, now: settling.settle(session, actor, now, id, how, "", scope)
            )
        except Bug:
            return False

    def _decides(self, act: Callable[[Any, Actor, Any], Any]) -> bool:
        """A reviewer does something; False if it comes too late or can't be."""
        try:
            with self.time(), writing() as session:
                now = clock.now()
                reviewer = accounts.account(session, self.house.accounts[REVIEWER])
                act(session, accounts.actor_of(session, reviewer, now), now)
        except ProblemError as problem:
            if problem.problem not in _TOO_LATE:
                raise
            return False
        return True

    def notify(self, account: str, text: str) -> str:
        scope = f"account:{self.house.accounts[account]}"
        with self.time(), writing() as session:
            id = ids.new_id(clock.now())
            body = {"about": "test", "text": text}
            change_feed.put_document(session, scope, "notice", id, body)
        return id

    def withdraw_notice(self, id: str) -> None:
        with self.time(), writing() as session:
            change_feed.drop_document(session, id)

    # ---- colleagues

    def carry(self, file: SealedFile, carrier: str) -> None:
        """A file is sealed for the server and brought by another phone. Raises Refused."""
        body = self.seal(file, carrier)
        self.sent = [wire["id"] for wire in file.operations]
        try:
            self.bring(body, carrier)
        finally:
            self.sent = []

    def seal(self, file: SealedFile, carrier: str) -> bytes:
        """The file, for the key that the carrier's phone is told of."""
        parcel = make_parcel(
            self.tokens[file.device], file.device, file.operations, epoch=file.epoch
        )
        headers = {"Authorization": f"Bearer {self.tokens[carrier]}"}
        with self.time():
            said = self.client.get("/api/v1/courier/key", headers=headers)
        if said.status_code != 200:
            raise Refused(said.status_code)
        return seal(parcel, [], base64.b64decode(json.loads(said.data)["public_key"]))

    def bring(self, body: bytes, carrier: str) -> None:
        headers = {"Authorization": f"Bearer {self.tokens[carrier]}", "Content-Type": MEDIA_TYPE}
        with self.time():
            done = self.client.post("/api/v1/courier", data=body, headers=headers)
        self.after_request()
        if done.status_code != 200:
            raise Refused(done.status_code)

    def after_request(self) -> None:
        """Raise what the judges found while it ran."""
        raise NotImplementedError
