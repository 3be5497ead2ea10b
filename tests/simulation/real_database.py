"""The real server's database in memory: made once, put back for every seed, read by the judges.

Not here: what the server does with it (`real_server`).
"""

from __future__ import annotations

import dataclasses
import json
import random
import sqlite3
import tempfile
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import structlog
from flask import Flask
from sqlalchemy import delete, text

from server import app as house
from server import clock
from server.accounts import operations as accounts
from server.change_feed import operations as change_feed
from server.database import db, ids
from server.http.actor import SYSTEM
from server.http.transaction import writing
from server.places.models import UnitVersion
from server.settings import from_environment
from sync.admission import Stored
from sync.conflict import Conflict, Resolution, Standing
from sync.feed import ScopeState
from sync.outcome import from_wire
from sync.record import Record
from tests.simulation.events import ACCOUNTS
from tests.simulation.rules import COMMUNES
from tests.simulation.state import Logged, Notice, Settled, State, Wire, pair_of

#: What the world's second 0 is called.
BEGINNING = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
REVIEWER = "reviewer"
#: Units that the world needs; a whole country would have to be put back for every seed.
_UNITS = ("vn", "p-01-2025", *(scope.partition(":")[2] for scope in COMMUNES))


def moment_of(seconds: float) -> datetime:
    return BEGINNING + timedelta(milliseconds=int(seconds * 1000))


@dataclasses.dataclass(frozen=True)
class House:
    """The application, its template, and the accounts in it: name -> id."""

    app: Flask
    template: sqlite3.Connection
    accounts: dict[str, str]

    def connection(self) -> sqlite3.Connection:
        """The one connection, as SQLite's own module has it."""
        found: Any = db.engine.raw_connection().driver_connection
        return found  # type: ignore[no-any-return]

    def put_back(self, content: sqlite3.Connection | None = None) -> None:
        """The template, or another content, in place of what is there."""
        db.session.remove()
        (content or self.template).backup(self.connection())

    def rename(self, incarnation: str) -> None:
        """Another life: what the process remembers of an earlier database must not be met."""
        connection = self.connection()
        connection.execute("UPDATE database_life SET incarnation = ?", (incarnation,))
        connection.commit()

    def content(self) -> sqlite3.Connection:
        """A copy of what is there. Not serialized: to put that back under a connection that has
        prepared statements crashes the process."""
        db.session.remove()
        copy = sqlite3.connect(":memory:")
        self.connection().backup(copy)
        return copy


@cache
def the_house() -> House:
    """The one of this process, with its application context pushed for good."""
    folder = tempfile.mkdtemp(prefix="loa-simulation-")
    environment = {"LOA_DATA_DIR": folder, "LOA_SECRET_KEY": "s" * 48}
    settings = dataclasses.replace(from_environment(environment), database_url="sqlite://")
    app = house.create_app(settings)
    app.app_context().push()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    ids.random_bits = random.Random(0).getrandbits
    with clock.frozen(BEGINNING):
        db.create_all()
        house.load_reference_data()
        named = _fill()
    made = House(app, sqlite3.connect(":memory:"), named)
    db.session.remove()
    made.connection().execute("VACUUM")
    return dataclasses.replace(made, template=made.content())


def _fill() -> dict[str, str]:
    """Leave of the country what the world needs, and let its people in."""
    with writing() as session:
        session.connection().exec_driver_sql("COMMIT")
        session.connection().exec_driver_sql("PRAGMA foreign_keys=OFF")
        session.connection().exec_driver_sql("BEGIN IMMEDIATE")
        for table in ("unit_succession", "measure_value", "feed_document", "feed_scope"):
            if table in db.metadata.tables:
                session.execute(text(f"DELETE FROM {table}"))
        session.execute(text("UPDATE unit_version SET parent_id = NULL"))
        session.execute(delete(UnitVersion).where(UnitVersion.id.not_in(_UNITS)))
    with writing() as session:
        session.connection().exec_driver_sql("COMMIT")
        session.connection().exec_driver_sql("PRAGMA foreign_keys=ON")
        session.connection().exec_driver_sql("BEGIN IMMEDIATE")
        change_feed.put_document(session, "reference", "catalogue", "catalogue", {"kinds": []})
        named = {}
        for each in ACCOUNTS:
            units = [scope.partition(":")[2] for scope in each.scopes]
            added = accounts.add_account(session, SYSTEM, BEGINNING, "collaborator", units, each.id)
            named[each.id] = added.id
        reviewer = accounts.add_account(
            session, SYSTEM, BEGINNING, "provincial_reviewer", "p-01-2025", REVIEWER
        )
        named[REVIEWER] = reviewer.id
    return named


class Reader:
    """Reads what changed since the last reading into a `State`."""

    def __init__(self, connection: sqlite3.Connection, accounts: dict[str, str]) -> None:
        self.connection = connection
        self.names = {id: name for name, id in accounts.items()}
        self.last_row = 0

    def read(self, before: State) -> tuple[State, list[str]]:
        """The state now, and the ids of the operations that were logged since `before`."""
        after = before.copy()
        for name, seq, digest in self._rows("SELECT name, seq, digest FROM feed_scope"):
            known = before.scopes.get(name, ScopeState())
            if known.seq != seq:
                after.scopes[name] = ScopeState(seq, int(digest, 16))
                self._read_activities(after, name, known.seq)
                self._read_moves(after, name, known.seq)
                self._read_documents(after, name, known.seq)
        logged = self._read_log(after)
        for id, how, successor in self._rows(
            "SELECT id, settlement, successor_id FROM parked_operation WHERE settled_at IS NOT NULL"
        ):
            after.settled[id] = Settled(how, successor)
        self._read_twins(after)
        return after, logged

    def _read_twins(self, state: State) -> None:
        state.twins, state.decided = {}, {}
        for first, second, decided, primary in self._rows(
            "SELECT first_id, second_id, decided_at, primary_id FROM possible_duplicate "
            "ORDER BY decided_at, id"
        ):
            if decided is not None:
                state.decided[pair_of(first, second)] = primary
                continue
            for one, other in ((first, second), (second, first)):
                state.twins[one] = (*state.twins.get(one, ()), other)

    def read_people(self, state: State) -> None:
        """Phones and grants, which change seldom."""
        phones = self._rows("SELECT id, account_id, revoked_at FROM device")
        state.devices = {id: self.names.get(account, account) for id, account, _ in phones}
        state.revoked = {id: True for id, _, revoked_at in phones if revoked_at is not None}
        found: dict[str, list[str]] = {}
        for account, unit in self._rows(
            "SELECT account_id, unit_id FROM account_unit ORDER BY position"
        ):
            if self.names[account] != REVIEWER:
                found.setdefault(self.names[account], []).append(f"commune:{unit}")
        state.grants = {name: tuple(scopes) for name, scopes in found.items()}

    def told_by(self, device: str) -> Wire:
        """What the phone last told of itself: to say less would be taken for a loss."""
        ((epoch, last_n, unsent, app),) = self._rows(
            "SELECT epoch, last_n, unsent, app FROM device WHERE id = ?", device
        )
        told = None if unsent is None else json.loads(unsent)
        return {"epoch": epoch, "last_n": last_n, "unsent": told, "app": app}

    def _rows(self, statement: str, *values: Any) -> list[Any]:
        return self.connection.execute(statement, values).fetchall()

    def _read_activities(self, state: State, scope: str, beyond: int) -> None:
        for row in self._rows(
            "SELECT id, seq, kind, kind_version, author_id, status, version, fields, sets, extra, "
            "approved_version, review, duplicate_of FROM activity WHERE scope = ? AND seq > ?",
            scope, beyond,
        ):  # fmt: skip
            id, seq, kind, kind_version, author, status, version, *content = row
            *content, good, seen, twin = content
            fields, sets, extra = content
            state.seqs[id] = seq
            found = Record(
                id, scope, kind, kind_version, author, status, version, json.loads(fields),
                json.loads(sets), json.loads(extra), good,
            )  # fmt: skip
            if found != state.records.get(id):  # else only what stands beside it has changed
                state.records[id] = found
            state.reviews[id] = seen
            state.duplicate_of.pop(id, None)
            if twin is not None:
                state.duplicate_of[id] = twin
            self._read_conflicts(state, id)

    def _read_moves(self, state: State, scope: str, beyond: int) -> None:
        for id, seq, new in self._rows(
            "SELECT row_id, seq, moved_to FROM feed_move WHERE scope = ? AND seq > ?", scope, beyond
        ):
            state.moved[scope, id] = seq, new

    def _read_conflicts(self, state: State, activity: str) -> None:
        found = self._rows(
            "SELECT kind, operation_id, operation_type, field_values, author_id, resolution "
            "FROM conflict WHERE activity_id = ? ORDER BY opened_at, id", activity,
        )  # fmt: skip
        waiting = []
        for kind, operation, type, values, author, how in found:
            wire = {"kind": kind, "operation": operation, "type": type}
            conflict = Conflict.from_wire({**wire, "values": json.loads(values)})
            ended = None if how is None else Resolution.from_wire(json.loads(how))
            owner = self.names.get(author, author)
            state.standing[conflict.id] = activity, Standing(conflict, owner, ended)
            waiting += [conflict] if ended is None else []
        state.conflicts.pop(activity, None)
        if waiting:
            state.conflicts[activity] = tuple(waiting)

    def _read_documents(self, state: State, scope: str, beyond: int) -> None:
        for id, seq, type, version, body, gone in self._rows(
            "SELECT id, seq, type, version, body, gone FROM feed_document "
            "WHERE scope = ? AND seq > ?", scope, beyond,
        ):  # fmt: skip
            state.seqs[id] = seq
            content = None if body is None else json.loads(body)
            state.notices[id] = Notice(id, scope, version, content, bool(gone), type)

    def _read_log(self, state: State) -> list[str]:
        new = []
        for row, id, hash, account, device, activity, outcome, n, body in self._rows(
            "SELECT rowid, id, hash, account_id, device_id, activity_id, outcome, n, body "
            "FROM operation_log WHERE rowid > ? ORDER BY rowid", self.last_row,
        ):  # fmt: skip
            self.last_row = row
            stored = Stored(hash, from_wire(json.loads(outcome)), activity)
            owner = self.names.get(account, account)
            kept = None if body is None else json.loads(body)
            state.log[id] = Logged(stored, activity, device or "", n, False, kept, owner)
            new.append(id)
        return new
