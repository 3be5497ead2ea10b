"""What happens at the server: it dies, clashes, is restored; reviewers and administrators act.

Not here: phones and the network.
"""

from __future__ import annotations

from tests.simulation import communes
from tests.simulation.events import ACCOUNTS
from tests.simulation.rules import ELSEWHERE
from tests.simulation.scene import Scene


class ServerEvents(Scene):
    """Events on the server's side of the line."""

    def server_dies_before_commit(self) -> bool:
        return self._fault("before_commit")

    def server_dies_after_commit(self) -> bool:
        return self._fault("after_commit")

    def server_dies_before_answer(self) -> bool:
        return self._fault("before_answer")

    def transaction_clashes(self) -> bool:
        """The next transaction is the victim of a deadlock and runs again."""
        return self._fault("clash")

    def lock_times_out(self) -> bool:
        return self._fault("lock_timeout")

    def version_deployed(self) -> bool:
        """Begin or end a time in which two versions of the server answer in turns."""
        self.server.deploying = not self.server.deploying
        return True

    def other_writes_meanwhile(self) -> bool:
        self.server.meanwhile = lambda: void(
            self.reviewer_opens(), self.reviewer_decides(), self.rows_move()
        )
        return True

    def rows_move(self) -> bool:
        raise NotImplementedError

    def _fault(self, what: str) -> bool:
        self.server.fault = what
        return True

    # ---- backups

    def backup_made(self) -> bool:
        self.server.back_up()
        return True

    def backup_verified(self) -> bool:
        if not self.server.backups:
            return False
        self.server.verify_backup()
        return True

    def server_restored(self) -> bool:
        through = self.server.durable_through
        good = [i for i, backup in enumerate(self.server.backups) if backup[0] >= (through or 1e18)]
        if not good:
            return False
        self.server.restore(self.chance.choice(good))
        self.note(f"server restored, {len(self.server.state.log)} operations")
        return True

    # ---- people

    def reviewer_opens(self) -> bool:
        waiting = [r for r in self.server.state.records.values() if r.status == "submitted"]
        if not waiting:
            return False
        record = self.chance.choice(waiting)
        self.desk.append((record.id, record.version))
        return True

    def reviewer_decides(self) -> bool:
        if not self.desk:
            return False
        id, version = self.desk.pop(self.chance.randrange(len(self.desk)))
        decision = self.chance.choice(["approved", "approved", "returned", "rejected"])
        done = self.server.review(id, version, decision)
        self.counts[f"decision {decision if done else 'stale'}"] += 1
        self.note(f"reviewer {decision} {id[:8]} {done}")
        return True

    def conflict_opened(self) -> bool:
        """A reviewer looks at a conflict; the answer comes later, perhaps after another's."""
        there = [(id, each) for id, found in self.server.state.conflicts.items() for each in found]
        if not there:
            return False
        id, conflict = self.chance.choice(there)
        self.questions.append((id, conflict, self.server.state.records[id].version))
        return True

    def conflict_answered(self) -> bool:
        if not self.questions:
            return False
        place = self.chance.randrange(len(self.questions))
        id, conflict, version = self.questions[place]
        if self.chance.random() < 0.7:
            del self.questions[place]  # else the answer is given again later
        choice = self.chance.choice(["current", "proposed", "proposed", "values"])
        plain = [value.field for value in conflict.values if not value.is_set]
        typed = {name: f"w{self.chance.randrange(6)}" for name in plain if name == "title"}
        if not typed and choice == "values":
            choice = "current"
        done = self.server.resolve(
            id, conflict.id, version, choice, typed if choice == "values" else {}
        )
        self.counts[f"resolution {choice if done else 'refused'}"] += 1
        self.note(f"reviewer answers {conflict.id[:8]} {choice} {done}")
        return True

    def twins_decided(self) -> bool:
        """Two reports side by side: which of them counts, or both do."""
        there = [(one, other) for one, found in self.server.state.twins.items() for other in found]
        return bool(there) and self._decide_twins(*self.chance.choice(there))

    def twins_decided_again(self) -> bool:
        """Somebody thinks better of it, or two reviewers answer at once."""
        there = list(self.server.state.decided)
        return bool(there) and self._decide_twins(*self.chance.choice(there))

    def _decide_twins(self, one: str, other: str) -> bool:
        primary = self.chance.choice([one, other, one, other, None])
        done = self.server.decide_duplicate(one, other, primary)
        self.counts[f"twins {'decided' if done else 'refused'}"] += 1
        self.note(f"reviewer on {one[:8]} and {other[:8]}: {(primary or 'both')[:8]} {done}")
        return True

    def device_revoked(self) -> bool:
        """A phone is shut out; it may still deliver what was done on it."""
        phone = self.chance.choice(self.phones)
        if phone.signed_out or phone.disk.device not in self.server.state.devices:
            return False
        self.server.revoke(phone.disk.device)
        self.note(f"{phone.label} revoked")
        return True

    def notice_sent(self) -> bool:
        account = self.chance.choice(ACCOUNTS)
        self.notices.append(self.server.notify(account.id, f"notice at {self.now}"))
        return True

    def notice_withdrawn(self) -> bool:
        known = self.server.state.notices
        there = [id for id in self.notices if id in known and not known[id].gone]
        if not there:
            return False
        self.server.withdraw_notice(self.chance.choice(there))
        return True

    def scope_granted(self) -> bool:
        account = self.chance.choice(ACCOUNTS)
        has = self.server.scopes_of(account.id)
        there = communes.live(self.server.state.communes)
        new = [scope for scope in there if scope not in (*has, ELSEWHERE)]
        if not new:
            return False
        self.server.grant(account, (*has, self.chance.choice(new)))
        self.note(f"{account.id} has {self.server.scopes_of(account.id)}")
        return True

    def scope_revoked(self) -> bool:
        account = self.chance.choice(ACCOUNTS)
        has = self.server.scopes_of(account.id)
        if len(has) < 2:
            return False
        gone = self.chance.choice(has)
        self.server.grant(account, tuple(scope for scope in has if scope != gone))
        self.note(f"{account.id} has {self.server.scopes_of(account.id)}")
        return True


def void(*_: object) -> None:
    return None
