"""The real code behind the port of the simulation: every room, over SQLite in memory.

One thread, virtual time, ids from the seed; requests go through the WSGI application without a
socket. Faults are put where they happen: before and after the commit of the session, between push
and pull. Not here: the database itself (`real_database`), HTTP over a line, processes.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from sqlalchemy import delete, event, insert
from sqlalchemy.exc import OperationalError

from server import catalogue, clock
from server.accounts.models import AccountUnit
from server.activities import batch
from server.change_feed import operations as change_feed
from server.change_feed import queries as feed_queries
from server.database import db, ids
from server.devices import operations as devices
from server.exchange import push
from server.http.actor import SYSTEM
from server.http.transaction import reading, writing
from sync.feed import Page, page
from sync.fields import MergePolicy
from tests.simulation.port import Account, Bug, Crashed, Refused, Watch
from tests.simulation.real_database import Reader, moment_of, the_house
from tests.simulation.real_kind import kind
from tests.simulation.real_kind import problems as problems_of
from tests.simulation.real_people import RealPeople
from tests.simulation.rules import BUG_TITLE, KIND, policy_of_version
from tests.simulation.state import State, Wire

#: A backup promises what was there this long before it was begun: clocks of web machines differ.
PROMISED_BEFORE_S = 60.0


class _Locked(sqlite3.OperationalError):
    """What a database says to the victim of a deadlock."""

    sqlstate = "40P01"


class RealServer(RealPeople):
    """See `port.Server`."""

    #: The server whose world is running: what is hooked into the code asks it.
    present: RealServer | None = None

    def __init__(
        self,
        accounts: dict[str, Account],
        clock: Callable[[], float],
        name: Callable[[], str],
        watch: Watch,
    ) -> None:
        self.house = the_house()
        self.house.put_back()
        _install()
        RealServer.present = self
        ids.random_bits = random.Random(name()).getrandbits
        self.house.rename(ids.new_id(moment_of(clock())))
        self.clock = clock
        self.watch = watch
        self.client = self.house.app.test_client(use_cookies=False)
        self.tokens: dict[str, str] = {}
        self.sent: list[str] = []
        self.backups: list[tuple[float, sqlite3.Connection, str, dict[str, tuple[str, ...]]]] = []
        self.durable_through: float | None = None
        self.fault: str | None = None
        self.meanwhile: Callable[[], None] | None = None
        self.deploying = False
        self.requests = 0
        self.wrong: Exception | None = None
        self.state = State()
        self._read_all()

    # ---- the exchange

    def sync(self, request: Wire) -> Wire:
        self.requests += 1
        self.sent = [raw["id"] for raw in request["operations"]]
        if not self.sent:
            self._between()
        try:
            answer = self._post(request)
        finally:
            self.sent = []
        if self.fault == "before_answer":
            self.fault = None
            raise Crashed("before_answer")
        return answer

    def _post(self, request: Wire) -> Wire:
        return self.sync_bytes(request["device"], json.dumps(request).encode(), packed=False)

    def sync_bytes(self, device: str, body: bytes, *, packed: bool) -> Wire:
        headers = {
            "Authorization": f"Bearer {self.tokens[device]}", "Content-Type": "application/json",
        }  # fmt: skip
        headers |= {"Content-Encoding": "gzip"} if packed else {}
        with self.time():
            response = self.client.post("/api/v1/sync", data=body, headers=headers)
        self.after_request()
        if response.status_code != 200:
            raise Refused(response.status_code)
        answer: Wire = json.loads(response.data)
        return answer

    def after_request(self) -> None:
        if self.wrong is not None:
            raise self.wrong

    def page(self, scope: str, cursor: int, limit: int) -> Page:
        """What a phone that follows `scope` would be sent."""
        device = next((id for id in self.state.devices if scope in self.feeds_of(id)), None)
        if device is None:  # nobody is let in who could be sent it
            return page(self.state.rows(scope, cursor), cursor, limit)
        request = {
            "protocol": 1, "device": device, **self.reader.told_by(device),
            "incarnation": self.incarnation, "max_rows": limit, "operations": [],
            "cursors": dict.fromkeys(self.feeds_of(device), 2 ** 40) | {scope: cursor},
            "digests": {},
        }  # fmt: skip
        found = self._post(request)["changes"].get(scope)
        if found is None:
            return Page((), cursor, False)
        return Page(tuple(found["rows"]), found["to"], found["more"])

    def policy_of(self, kind: str) -> MergePolicy:
        return policy_of_version(2)

    def validate(self, fields: Any, sets: Any, status: str) -> list[Any]:
        return problems_of(fields, sets, status)

    @property
    def version(self) -> int:
        """Two versions answer in turns while a new one is brought out."""
        return 2 + self.requests % 2 if self.deploying else 2

    # ---- accounts and phones

    def enrol(self, account: Account) -> str:
        owner = self.house.accounts[account.id]
        with self.time(), writing() as session:
            now = clock.now()
            code, _ = devices.issue_enrolment(session, SYSTEM, now, owner)
            device, token, _, _ = devices.enrol(session, now, code, "phone")
        self.tokens[device.id] = token
        self.read_people()
        return device.id

    def feeds_of(self, device: str) -> tuple[str, ...]:
        if device not in self.state.devices:
            raise Refused(401)
        if device in self.state.revoked:
            return ()
        name = self.state.devices[device]
        owner = self.house.accounts[name]
        return (*self.state.grants[name], f"account:{owner}", "reference")

    def scopes_of(self, account: str) -> tuple[str, ...]:
        return self.state.grants[account]

    def revoke(self, device: str) -> None:
        with self.time(), writing() as session:
            devices.revoke_device(session, SYSTEM, clock.now(), device)
        self.read_people()

    def grant(self, account: Account, scopes: tuple[str, ...]) -> None:
        owner = self.house.accounts[account.id]
        units = [scope.partition(":")[2] for scope in scopes]
        with self.time(), writing() as session:
            session.execute(delete(AccountUnit).where(AccountUnit.account_id == owner))
            rows = [{"account_id": owner, "unit_id": u, "position": i} for i, u in enumerate(units)]
            session.execute(insert(AccountUnit), rows)
        self.read_people()

    # ---- backups

    def back_up(self) -> None:
        content = self.house.content()
        kept = (self.clock(), content, self.incarnation, dict(self.state.communes))
        self.backups.append(kept)

    def verify_backup(self) -> None:
        at, _, life, _ = self.backups[-1]
        through = moment_of(at - PROMISED_BEFORE_S)
        with self.time(), writing() as session:
            if change_feed.promise_durable(session, life, through):
                self.durable_through = at - PROMISED_BEFORE_S

    def restore(self, backup: int) -> None:
        at, content, _, communes = self.backups[backup]
        self.house.put_back(content)
        self.backups = self.backups[: backup + 1]
        self.state = State()
        with self.time(), self._unwatched(), writing() as session:
            through = moment_of(at - PROMISED_BEFORE_S)
            change_feed.begin_new_life(session, clock.now(), through)
        self.durable_through = at - PROMISED_BEFORE_S
        self._read_all()
        self.state.communes = dict(communes)

    # ---- reading what happened

    def _read_all(self) -> None:
        self.reader = Reader(self.house.connection(), self.house.accounts)
        self.state, _ = self.reader.read(State())
        self.reader.read_people(self.state)
        with reading() as session:
            life = feed_queries.life(session)
        assert life is not None
        self.incarnation = life[0]

    def read_people(self) -> None:
        after = self.state.copy()
        self.reader.read_people(after)
        self.state = after

    def committed(self) -> None:
        """A transaction has just committed."""
        if self._blind:
            return
        before = self.state
        after, logged = self.reader.read(before)
        if logged or after.scopes != before.scopes:
            self.state = after
            self.watching(self.watch.commit, before, after, [*dict.fromkeys((*self.sent, *logged))])

    def watching(self, watch: Callable[..., None], *what: Any) -> None:
        """Let the watcher judge; what it finds must not pass for a bug of the code it judges."""
        if self.wrong is None:
            try:
                watch(*what)
            except Exception as error:
                self.wrong = error

    def committing(self) -> None:
        """A transaction is about to commit."""
        if not self.sent or self._blind:
            return
        fault = self.fault
        if fault in ("before_commit", "clash", "lock_timeout"):
            self.fault = None
        if fault == "before_commit":
            raise Crashed(fault)
        if fault == "clash":
            raise OperationalError("COMMIT", {}, _Locked("deadlock detected"))
        if fault == "lock_timeout":
            raise OperationalError("COMMIT", {}, sqlite3.OperationalError("database is locked"))

    _blind = False

    @contextmanager
    def _unwatched(self) -> Iterator[None]:
        self._blind = True
        try:
            yield
        finally:
            self._blind = False

    @contextmanager
    def time(self) -> Iterator[None]:
        with clock.frozen(moment_of(self.clock())):
            yield

    def _between(self) -> None:
        """Others write between a push and its pull."""
        if self.meanwhile is not None:
            act, self.meanwhile = self.meanwhile, None
            sent, self.sent = self.sent, []
            act()
            self.sent = sent


_installed: list[bool] = []


def _install() -> None:
    """Hook into the real code, once a process; all that the tests add to it is listed here."""
    if _installed:
        return
    _installed.append(True)

    def present() -> RealServer:
        assert RealServer.present is not None
        return RealServer.present

    event.listen(db.session, "before_commit", lambda session: present().committing())
    event.listen(db.session, "after_commit", lambda session: present().committed())

    within: Any = batch
    merged = within.reconcile

    def reconcile(record: Any, operation: Any, policy: Any, context: Any) -> Any:
        if operation.set.get("title") == BUG_TITLE:
            raise Bug(operation.id)
        done = merged(record, operation, policy, context)
        watch = present().watch.operation
        present().watching(watch, operation, record, done, context.standing)
        return done

    within.reconcile = reconcile

    before: Any = push
    delivered = before.deliver

    def deliver(*arguments: Any, **named: Any) -> Any:
        verdicts = delivered(*arguments, **named)
        if present().fault == "after_commit":
            present().fault = None
            raise Crashed("after_commit")
        present()._between()
        return verdicts

    before.deliver = deliver

    def kinds() -> MappingProxyType[str, Any]:
        return MappingProxyType({KIND: kind(present().version)})

    catalogue.kinds = kinds  # type: ignore[assignment]
