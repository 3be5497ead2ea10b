"""Mistakes on the phone that other sync engines ship, one a variant; each must be caught.

Variants of `Replica` change what is durable and how an answer is taken; variants of `Phone` change
when things become durable and when it asks. Not here: mistakes on the server (`broken_servers`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

from sync.replica import Replica
from sync.shadow import Shadow
from sync.view import Row
from tests.simulation.drafts import book_of, put_book
from tests.simulation.events import Response
from tests.simulation.phone import Killed, Phone, StorageFull
from tests.simulation.state import Wire


class ForgetsOnSending(Replica):
    """What was sent needs no keeping."""

    def make_request(self, **sizes: int) -> Wire:
        request = super().make_request(**sizes)
        sent = {wire["id"] for wire in request["operations"]}
        self.outbox = [pending for pending in self.outbox if pending.wire["id"] not in sent]
        return request


class ForgetsWhenAcknowledged(Replica):
    """What the server acknowledged is on the server for ever, whatever it is restored from."""

    def _offer_again(self) -> None:
        self.kept = {}


class KeepsCursorOverLives(Replica):
    """A cursor is a number; the life of the database does not matter."""

    def take_answer(self, request: Wire, answer: Wire) -> None:
        super().take_answer(request, {**answer, "incarnation": "always the same"})


class ShowsOwnVersion(Replica):
    """The phone merges: the shadow takes over my values, whatever the outcome says."""

    def _take_outcome(self, told: Wire, wire: Wire, at: str) -> bool:
        for shadow in self.scopes.values():
            row: Any = shadow.rows.get(wire["activity"])
            if row is not None and told["outcome"] == "conflict":
                shadow.rows[row["id"]] = {**row, "fields": {**row["fields"], **wire["set"]}}
        return super()._take_outcome(told, wire, at)


class LeavesThePagesHalfRead(Replica):
    """A page is a page: the cursor of the first one is the end."""

    def take_answer(self, request: Wire, answer: Wire) -> None:
        ends = {
            scope: {**changes, "more": False, "digest": self._hoped(scope, changes)}
            for scope, changes in answer["changes"].items()
        }
        super().take_answer(request, {**answer, "changes": ends})

    def _hoped(self, scope: str, changes: Wire) -> str:
        return "0" * 16 if changes["more"] else str(changes["digest"])


class DropsParked(Replica):
    """What the server would not take is not shown again, and not kept."""

    def _take_outcome(self, told: Wire, wire: Wire, at: str) -> bool:
        reused = super()._take_outcome(told, wire, at)
        if told["outcome"] == "parked":
            self.outbox = [p for p in self.outbox if p.wire["after"] != wire["id"]]
        return reused


class KeepsTheReusedId(Replica):
    """An id that belongs to something else is an error; the change is dropped with it."""

    def _rename(self, old: str, new: str) -> None:
        self.outbox = [pending for pending in self.outbox if pending.wire["id"] != old]


class IgnoresGrants(Replica):
    """The feeds of a phone are those that it was enrolled with."""

    def _take_grants(self, grants: Any) -> None:
        return None


class PurgesWithTheGrant(Replica):
    """Whoever lost a commune has nothing to send there any more."""

    def _take_grants(self, grants: Any) -> None:
        super()._take_grants(grants)
        gone = set(grants.get("dropped", ()))
        self.outbox = [p for p in self.outbox if p.wire["scope"] not in gone]


class SavesRelaxed(Phone):
    """Strict durability is slow; the browser writes it soon enough."""

    relaxed: ClassVar[frozenset[str]] = frozenset({"save"})


class TabsOfTheirOwnMemory(Phone):
    """Each tab keeps the outbox in memory and writes all of it when something changes."""

    def restart(self) -> None:
        super().restart()
        self.memory: dict[int, Replica] = {}

    def save(self, act: Callable[[Replica], Any], tab: int = 0) -> Any:
        mine = self.memory.setdefault(tab, self.disk.copy())
        done = act(mine)
        self.disk = mine.copy()
        return done

    def close_tab(self, tab: int) -> None:
        super().close_tab(tab)
        self.memory.pop(tab, None)


class TakesInTwoTransactions(Phone):
    """Outcomes first, rows and cursors in a transaction of their own."""

    def take(self, request: Wire, answer: Wire) -> None:
        self.before = self.disk
        if self.dies_at != "before_take" and not self.full:
            super().take(request, answer)
            return
        self.dies_at = None
        moved = self.disk.copy()
        moved.take_answer(request, {**answer, "changes": {
            scope: {**changes, "rows": []} for scope, changes in answer["changes"].items()
        }})  # fmt: skip
        self.disk = moved
        raise Killed("after_take")


class SalvagesCutAnswers(Phone):
    """What came of an answer is better than nothing: its outcomes can be read already."""

    def hear(self, request: Wire, response: Response, now: float) -> Replica | None:
        text = response.text or ""
        if response.status == 200 and text.startswith("{") and '"changes"' in text:
            head, _, _ = text.partition(', "changes"')
            try:
                part = json.loads(head + ', "changes": {}}')
            except ValueError:
                part = None
            if part is not None:
                salvaged = {**part, "grants": {}, "durable_through": None}
                return super().hear(request, Response(answer=salvaged), now)
        return super().hear(request, response, now)


class BelievesThePortal(Phone):
    """A 200 is a 200: what was sent has arrived."""

    def hear(self, request: Wire, response: Response, now: float) -> Replica | None:
        if response.status == 200 and response.answer is None:
            sent = {wire["id"] for wire in request["operations"]}
            self.disk = self.disk.copy()
            self.disk.outbox = [p for p in self.disk.outbox if p.wire["id"] not in sent]
        return super().hear(request, response, now)


class WaitsByTheClock(Phone):
    """The time of the next try is a time of day."""

    def fail(self, refusal: Any, now: float) -> None:
        super().fail(refusal, now)
        self.wake_at += self.clock_offset

    def may_ask(self, now: float) -> bool:
        return self.wall(now) >= self.wake_at


class MakesRoomInTheOutbox(Phone):
    """Storage is full: the oldest of what waits must go."""

    def take(self, request: Wire, answer: Wire) -> None:
        try:
            super().take(request, answer)
        except StorageFull:
            self.disk = self.disk.copy()
            del self.disk.outbox[:1]
            raise


class OneOutboxForAll(Phone):
    """A phone has one outbox, whoever signs in."""

    def change_user(self, account: Any, replica: Replica) -> None:
        super().change_user(account, replica)
        left = [each for _, sealed in self.sealed.values() for each in sealed.outbox]
        for _, sealed in self.sealed.values():
            sealed.outbox = []
        self.disk.outbox = self.disk.outbox + [replace(each) for each in left]


class ForgetsWhatMoved(Replica):
    """What is gone is gone; if it is elsewhere, that feed will bring it."""

    def _take_gone(self, shadow: Shadow, row: Row, new: str | None) -> None:
        shadow.drop(row["id"])

    def _take_grants(self, grants: Any) -> None:
        for old in grants.get("moved") or {}:
            self.scopes[old] = Shadow()
        super()._take_grants(grants)


class StaysInTheOldFeed(Replica):
    """Feeds are followed until they are taken away."""

    def _take_grants(self, grants: Any) -> None:
        super()._take_grants({**grants, "moved": {}})


class BelievesTheLastWord(Phone):
    """What the server was told of a draft stands there: no late copy of a request, no restored
    server can have changed that."""

    def ask(self, batch: int, rows: int) -> Wire:
        request = super().ask(batch, rows)
        book = book_of(self.disk)
        due = [
            each
            for each in request.get("drafts", ())
            if book.told.get(each["id"]) != each["changed_at"] or each["body"] is None
        ]
        return {**request, "drafts": due}

    def take(self, request: Wire, answer: Wire) -> None:
        before = book_of(self.disk)
        super().take(request, answer)
        told = {} if "escrow" in answer else request
        put_book(self.disk, before.heard(told, new_life=False))
