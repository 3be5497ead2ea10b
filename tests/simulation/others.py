"""Those who write beside the phones: reviewers, senders of notices, administrators, backups.

Part of the model server. Not here: phones (`server`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sync.admission import Stored
from sync.conflict import Standing
from sync.operation import Operation
from sync.outcome import Parked, Retry
from sync.reconcile import Context, Reconciled
from sync.record import Record
from tests.simulation.port import Account, Refused, Watch
from tests.simulation.state import Logged, Notice, State, Wire

REVIEWER = "reviewer"


class Others:
    """Needs what `ModelServer` sets up."""

    state: State
    incarnation: str
    durable_through: float | None
    backups: list[tuple[float, State]]
    accounts: dict[str, Account]
    enrolled: set[str]
    clock: Callable[[], float]
    name: Callable[[], str]
    watch: Watch

    def commit(self, work: State, operations: list[str]) -> None:
        self.watch.commit(self.state, work, operations)
        self.state = work

    # ---- accounts and phones

    def enrol(self, account: Account) -> str:
        """A new device of the account."""
        device = self.name()
        self.accounts[device] = account
        self.enrolled.add(device)
        work = self.state.copy()
        work.devices[device] = account.id
        self.commit(work, [])
        return device

    def account_of(self, device: str) -> Account:
        """Raises Refused(401) for a device that this database, perhaps restored, does not know."""
        if device in self.enrolled and device not in self.state.devices:
            raise Refused(401)
        return self.accounts[device]

    def scopes_of(self, account: str) -> tuple[str, ...]:
        granted = self.state.grants.get(account)
        if granted is None:
            granted = next(each.scopes for each in self.accounts.values() if each.id == account)
        return granted

    def feeds_of(self, device: str) -> tuple[str, ...]:
        account = self.account_of(device)
        if device in self.state.revoked:
            return ()
        return (*self.scopes_of(account.id), f"account:{account.id}")

    def grant(self, account: Account, scopes: tuple[str, ...]) -> None:
        """From now on the account has these feeds."""
        work = self.state.copy()
        work.grants[account.id] = scopes
        self.commit(work, [])

    def revoke(self, device: str) -> None:
        """Shut the device out: it may deliver what it did before, and read nothing."""
        work = self.state.copy()
        work.revoked[device] = True
        self.commit(work, [])

    # ---- reviewers and senders of notices

    def review(self, id: str, version: int, decision: str) -> bool:
        """A decision by compare-and-set; False if it comes too late or conflicts are open."""
        record = self.state.records.get(id)
        if record is None or record.version != version or record.status != "submitted":
            return False
        if decision == "approved" and self.state.conflicts.get(id):
            return False
        after = replace(
            record,
            status=decision,
            version=version + 1,
            approved_version=version + 1 if decision == "approved" else record.approved_version,
        )
        work = self.state.copy()
        work.records[id] = after
        work.reviews[id] = decision
        self.stamp_decision(work, record, after)
        self.commit(work, [])
        return True

    def stamp_decision(self, work: State, before: Record, after: Record) -> None:
        work.stamp(after.scope, after.id, before.version, after.version)

    def resolve(self, id: str, conflict: str, version: int, choice: str, typed: Wire) -> bool:
        """A reviewer's answer to a conflict as of `version`: an operation like any other."""
        record = self.state.records.get(id)
        if record is None or record.version != version:
            return False
        work = self.state.copy()
        operation = Operation(
            self.name(), id, "resolve", record.scope, record.kind, record.kind_version, version,
            self.incarnation, set=typed, resolve={"conflict": conflict, "choice": choice},
        )  # fmt: skip
        context = Context(
            REVIEWER, True, self.validate, incarnation=self.incarnation, may_review=True,
            standing=self.standing(work, operation),
        )  # fmt: skip
        done = self.settle(work, record, operation, context)
        if isinstance(done.outcome, Parked | Retry):
            return False  # the console says why, and nothing is kept
        stored = Stored(operation.hash, done.outcome, id)
        work.log[operation.id] = Logged(stored, id, "", None, False, None, REVIEWER)
        self.commit(work, [operation.id])
        return True

    def standing(self, state: State, operation: Operation) -> Standing | None:
        """The conflict that a resolution names, if it is one of its activity."""
        named = (operation.resolve or {}).get("conflict")
        activity, found = state.standing.get(str(named), ("", None))
        return found if activity == operation.activity else None

    def validate(self, fields: Any, sets: Any, status: str) -> list[Any]:
        raise NotImplementedError

    def settle(
        self, work: State, before: Record | None, operation: Operation, context: Context
    ) -> Reconciled:
        raise NotImplementedError

    def notify(self, account: str, text: str) -> str:
        work = self.state.copy()
        notice = Notice(self.name(), f"account:{account}", 1, text)
        work.notices[notice.id] = notice
        work.stamp(notice.scope, notice.id, None, 1)
        self.commit(work, [])
        return notice.id

    def withdraw_notice(self, id: str) -> None:
        work = self.state.copy()
        notice = work.notices[id]
        work.notices[id] = replace(notice, gone=True)
        work.stamp(notice.scope, id, notice.version, None)
        self.commit(work, [])

    # ---- backups

    def back_up(self) -> None:
        self.backups.append((self.clock(), self.state))

    def verify_backup(self) -> None:
        """What this backup holds is safe for ever: phones may let go of it."""
        self.durable_through = self.backups[-1][0]

    def restore(self, backup: int) -> None:
        """Go back to a backup that is not older than what was promised; a new life begins."""
        at, state = self.backups[backup]
        assert self.durable_through is not None
        assert at >= self.durable_through
        self.state = state
        self.durable_through = at
        self.backups = self.backups[: backup + 1]
        self.incarnation = self.name()
