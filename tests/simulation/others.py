"""Those who write beside the phones: reviewers, senders of notices, administrators, backups.

Part of the model server. Not here: phones (`server`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sync.record import Record
from tests.simulation.port import Account, Refused, Watch
from tests.simulation.state import Notice, State


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

    def scopes_of(self, account: Account) -> tuple[str, ...]:
        return self.state.grants.get(account.id, account.scopes)

    def feeds_of(self, device: str) -> tuple[str, ...]:
        account = self.account_of(device)
        return (*self.scopes_of(account), f"account:{account.id}")

    def grant(self, account: Account, scopes: tuple[str, ...]) -> None:
        """From now on the account has these feeds."""
        work = self.state.copy()
        work.grants[account.id] = scopes
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

    def dismiss_conflicts(self, id: str) -> None:
        """The reviewer keeps the current values; the row is sent again with the same version."""
        work = self.state.copy()
        del work.conflicts[id]
        record = work.records[id]
        work.stamp(record.scope, id, record.version, record.version)
        self.commit(work, [])

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
