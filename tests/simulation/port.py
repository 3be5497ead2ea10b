"""What the simulated world needs of a server, and what a server tells those who watch it.

Two stand behind this port: the model (`server`), and the real code (`real_server`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sync.conflict import Standing
from sync.fields import MergePolicy
from sync.operation import Operation
from sync.reconcile import Reconciled
from sync.record import Record
from tests.simulation.communes import Act
from tests.simulation.state import State, Wire


class Crashed(BaseException):
    """The server died; the caller hears nothing. No handler of our own code may catch it."""


class Bug(Exception):
    """An unexpected exception of our own code."""


class Clash(Exception):
    """Another transaction was in the way: the same again will do."""


class Refused(Exception):
    """The server answered with an HTTP status other than 200; nothing happened."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True)
class Account:
    """Who a device belongs to, and the feeds that it may read and write to begin with."""

    id: str
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class SealedFile:
    """What a phone sealed for a colleague to deliver."""

    device: str
    epoch: int
    operations: tuple[Wire, ...]


@dataclass(frozen=True)
class Watch:
    """Whom the server tells what it did; the oracle, in tests."""

    operation: Callable[[Operation, Record | None, Reconciled, Standing | None], None]
    commit: Callable[[State, State, list[str]], None]


class Server(Protocol):
    """`state` is what its database holds now, for those who judge it."""

    state: State
    incarnation: str
    durable_through: float | None
    backups: list[Any]
    fault: str | None
    meanwhile: Callable[[], None] | None
    deploying: bool

    def sync(self, request: Wire) -> Wire: ...
    def sync_bytes(self, device: str, body: bytes, *, packed: bool) -> Wire: ...
    def page(self, scope: str, cursor: int, limit: int) -> Any: ...
    def policy_of(self, kind: str) -> MergePolicy: ...
    def validate(self, fields: Any, sets: Any, status: str) -> list[Any]: ...
    def enrol(self, account: Account) -> str: ...
    def feeds_of(self, device: str) -> tuple[str, ...]: ...
    def scopes_of(self, account: str) -> tuple[str, ...]: ...
    def grant(self, account: Account, scopes: tuple[str, ...]) -> None: ...
    def review(self, id: str, version: int, decision: str) -> bool: ...
    def resolve(self, id: str, conflict: str, version: int, choice: str, typed: Wire) -> bool: ...
    def revoke(self, device: str) -> None: ...
    def reform(self, act: Act) -> bool: ...
    def move_some(self, limit: int) -> int | None: ...
    def decide_duplicate(self, one: str, other: str, primary: str | None) -> bool: ...
    def settle_parked(self, id: str, settlement: str, scope: str | None) -> bool: ...
    def seal(self, file: SealedFile, carrier: str) -> bytes: ...
    def bring(self, body: bytes, carrier: str) -> None: ...
    def carry(self, file: SealedFile, carrier: str) -> None: ...
    def notify(self, account: str, text: str) -> str: ...
    def withdraw_notice(self, id: str) -> None: ...
    def back_up(self) -> None: ...
    def verify_backup(self) -> None: ...
    def restore(self, backup: int) -> None: ...


def moment(seconds: float) -> str:
    """Virtual seconds as a text that sorts like them."""
    return f"{seconds:015.3f}"
