"""A phone: what is durable on it, what dies with its processes, and every point between.

Each durable change is one transaction on `disk`; a process can die at any of the points in
`POINTS`, power can take what was written without strict durability, the storage can be full.
Not here: chance (`mishaps`), and what the server does.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar

from sync.answer import NoAnswer, read_answer
from sync.replica import Replica
from tests.simulation.drafts import book_of, put_book, with_drafts
from tests.simulation.events import Response
from tests.simulation.server import Account
from tests.simulation.state import Wire

#: Where a process can die: before and after each effect that leaves it.
POINTS = ("before_save", "after_save", "before_ask", "after_ask", "before_take", "after_take")
#: Operations in a request at the start; halved when a request did not get through.
BATCH = 200
TABS_MAX = 3


class Killed(Exception):
    """The process died at the point named; what is durable stays."""


class StorageFull(Exception):
    """The transaction was aborted for want of room: nothing of it happened."""


class Phone:
    """One device of `account`. `epoch` of waiting is by the phone's uptime, not by its clock.

    `relaxed` names the transactions written without strict durability: none, by the protocol.
    """

    relaxed: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, label: str, account: Account, disk: Replica) -> None:
        self.label = label
        self.account = account
        self.disk = disk
        self.flushed: Replica | None = None  # what a power cut leaves, if it is not `disk`
        self.copies: list[Replica] = []
        self.sealed: dict[str, tuple[Account, Replica]] = {}
        self.clock_offset = 0.0
        self.full = False
        self.app = 2
        self.dies_at: str | None = None
        self.signed_out = False
        self.restart()

    def restart(self) -> None:
        """A new process over what is durable. Whatever an old one waited for comes to nobody."""
        self.waits_for: int | None = None
        self.tabs = 1
        self.wake_at = 0.0
        self.batch = BATCH

    def change_user(self, account: Account, replica: Replica) -> None:
        """Another account is signed in; what the last one left stays sealed until it returns."""
        self.sealed[self.account.id] = (self.account, self.disk)
        self.account = account
        self.put(replica)

    def put(self, replica: Replica) -> None:
        """Another durable state, and nothing left of the old one."""
        self.disk = replica
        self.flushed = None
        self.copies = []
        self.signed_out = False
        self.dies_at = None
        self.restart()

    # ---- time

    def wall(self, now: float) -> float:
        return now + self.clock_offset

    def may_ask(self, now: float) -> bool:
        """Whether the wait after a failure is over. Uptime counts: clocks jump."""
        return now >= self.wake_at

    # ---- effects

    def save(self, act: Callable[[Replica], Any], tab: int = 0) -> Any:
        """One transaction in which a person's act becomes durable; then they are told so.

        Every tab reads and writes what is durable; only the one with the lock syncs (tab 0).
        """
        self._point("before_save")
        self._write("save")
        done = act(self.disk)
        self._point("after_save")
        return done

    def open_tab(self) -> None:
        self.tabs = min(self.tabs + 1, TABS_MAX)

    def close_tab(self, tab: int) -> None:
        """With the one that syncs goes what it waited for; the next one takes the lock."""
        self.tabs -= 1
        if tab == 0:
            self.waits_for = None

    def ask(self, batch: int, rows: int) -> Wire:
        """A request, made from what is durable, leaves the phone."""
        self._point("before_ask")
        request = self.disk.make_request(batch=min(batch, self.batch), rows=rows)
        former = vars(self.disk).get("formerly")
        request = {**request, "formerly": former} if former else request
        return with_drafts(request, self.disk)

    def hear(self, request: Wire, response: Response, now: float) -> Replica | None:
        """A response arrives. Returns what was durable before if it was an answer and taken."""
        whole = response.status == 200 and response.text is None and response.body is None
        answer = response.answer if whole else None
        if answer is None:
            body = (response.text or "").encode() if response.body is None else response.body
            read = read_answer(response.status, response.media_type, body, response.retry_after_s)
            if isinstance(read, NoAnswer):
                self.fail(read, now)
                return None
            answer = read
        self.take(request, answer)
        self.wake_at = now + (answer.get("retry_after_s") or 0)
        self.batch = min(BATCH, self.batch * 2)
        return self.before

    def take(self, request: Wire, answer: Wire) -> None:
        """All of an answer in one transaction, or nothing of it."""
        self.before = self.disk
        self._point("before_take")
        after = self.disk.copy()
        after.take_answer(request, answer)
        reborn = self.disk.incarnation not in (None, answer["incarnation"])
        told = {} if "escrow" in answer else request  # who is shut out has no draft kept
        put_book(after, book_of(after).heard(told, new_life=reborn))
        if self.full:
            raise StorageFull
        self._write("take")
        self.disk = after
        self._point("after_take")

    def fail(self, refusal: NoAnswer, now: float) -> None:
        """Nothing was heard: less at once, after a while."""
        if refusal.why == "signed_out":
            self.signed_out = True
        self.batch = max(1, self.batch // 2)
        self.wake_at = now + max(refusal.retry_after_s, 30)

    def lose_power(self) -> None:
        """What was not written strictly since the last strict write is gone."""
        if self.flushed is not None:
            self.disk, self.flushed = self.flushed, None

    def _write(self, what: str) -> None:
        if what not in self.relaxed:
            self.flushed = None
        elif self.flushed is None:
            self.flushed = self.disk.copy()

    def _point(self, name: str) -> None:
        if self.dies_at == name:
            self.dies_at = None
            raise Killed(name)


def cut(wire: Wire, share: float) -> str:
    """The text of a message up to a byte somewhere inside it."""
    text = json.dumps(wire)
    return text[: min(len(text) - 1, int(len(text) * share))]
