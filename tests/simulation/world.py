"""The simulated world: who does what next, what the network loses, who dies when.

One loop draws the next event from one seeded source of chance. First the time of faults, then the
time of recovery, in which the network is kind and every outbox must drain in bounded syncs (I18).
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter

from sync.replica import Replica
from tests.simulation.events import ACCOUNTS, EVENTS, RECOVERY_ROUNDS_MAX, STEPS, Message, Phone
from tests.simulation.oracle import Oracle, Violation, key_of
from tests.simulation.people import Person
from tests.simulation.rules import policy_of
from tests.simulation.server import Account, Crashed, ModelServer, Watch
from tests.simulation.state import Wire

_NAMES, _WEIGHTS = tuple(EVENTS), tuple(EVENTS.values())


class World:
    """One seed's history. `run` raises Violation, with the trace in `trace`."""

    def __init__(
        self,
        seed: int,
        server: type[ModelServer] = ModelServer,
        replica: type[Replica] = Replica,
    ) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        self.now = 1000.0
        self.names = 0
        self.tickets = 0
        self.trace: list[str] = []
        self.counts: Counter[str] = Counter()
        self.oracle = Oracle(lambda: self.server.incarnation)
        self.borrowed: list[str] = []
        watch = Watch(self.oracle.on_operation, self.oracle.on_commit)
        self.accounts: dict[str, Account] = {}
        self.server = server(self.accounts, lambda: self.now, self.name, watch)
        self.person = Person(self.chance, self.name)
        self.phones = [
            self._phone(f"phone{i}", replica, account)
            for i, account in enumerate((*ACCOUNTS, ACCOUNTS[0]))
        ]
        self.travelling: list[Message] = []
        self.desk: list[tuple[str, int]] = []
        self.notices: list[str] = []

    def name(self) -> str:
        """A new id, shaped like UUIDv7; now and then one that a clone's weak chance repeats."""
        if self.borrowed:
            return self.borrowed.pop()
        self.names += 1
        tail = self.chance.getrandbits(48)
        return f"{self.names:08x}-0000-7000-8000-{tail:012x}"

    def note(self, text: str) -> None:
        self.trace.append(f"{self.now:.0f} {text}")

    def trace_hash(self) -> str:
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()

    def _phone(self, label: str, replica: type[Replica], account: Account) -> Phone:
        device = self.name()
        self.accounts[device] = account
        return Phone(label, account, replica(device, account.feeds, policy_of, self.name))

    # ---- the two times

    def run(self) -> None:
        for _ in range(STEPS):
            self.now += self.chance.randint(1, 60)
            event = self.chance.choices(_NAMES, _WEIGHTS)[0]
            if getattr(self, event)():
                self.counts[event] += 1
        self.recover()
        self.oracle.on_end(self.server, [phone.replica for phone in self.phones])
        for row in self.server.state.log.values():
            reason = row.stored.outcome.reason
            self.counts[f"outcome {row.stored.outcome.name}"] += 1
            if row.stored.outcome.name == "parked":
                self.counts[f"parked {reason}"] += 1

    def recover(self) -> None:
        """Faults have stopped: sync until nothing moves any more."""
        self.note("recovery")
        self.travelling.clear()
        self.server.crash = self.server.meanwhile = None
        for phone in self.phones:
            phone.waits_for = None
        for _ in range(RECOVERY_ROUNDS_MAX):
            self.now += 3600
            # One after the other, and once more: the last may have written for the first.
            calm = [self._calm(phone) for phone in self.phones]
            if all(calm):
                return
        busy = {p.label: [(o.wire["type"], o.wire["id"], o.tries) for o in p.replica.outbox][:3]
                for p in self.phones if not p.replica.idle()}  # fmt: skip
        raise Violation(f"I18 outboxes drain: still busy after {RECOVERY_ROUNDS_MAX}: {busy}")

    def _calm(self, phone: Phone) -> bool:
        """Sync until this phone has no more to say or read; whether it had none to begin with."""
        for syncs in range(RECOVERY_ROUNDS_MAX):
            before = phone.replica.rereads
            request = phone.replica.make_request(batch=20, rows=50)
            answer = self._serve(phone, request)
            if answer is None:
                continue
            self._take(phone, request, answer)
            retried = any(told["outcome"] == "retry" for told in answer["outcomes"])
            quiet = not request["operations"] and phone.replica.rereads == before
            if retried or (quiet and phone.replica.idle()):
                return not retried and syncs == 0 and not answer["changes"]
        raise Violation(f"I18 syncs are bounded: {phone.label} never comes to rest")

    # ---- people and phones

    def person_acts(self) -> bool:
        phone = self.chance.choice(self.phones)
        before = phone.replica.copy()
        habit, wire = self.person.act(phone.replica)
        self.oracle.on_saved(wire, before)
        self.counts[f"operation {wire['type']}"] += 1
        self.counts[f"habit {habit}"] += 1
        self.note(f"{phone.label} {habit} {wire['id'][:8]} on {wire['activity'][:8]} {wire['set']}")
        return True

    def phone_asks(self) -> bool:
        phone = self.chance.choice(self.phones)
        if phone.waits_for is not None and self.chance.random() < 0.5:
            return False  # it still waits; else it gives up and asks again
        self.tickets += 1
        phone.waits_for = self.tickets
        request = phone.replica.make_request(
            batch=self.chance.choice([1, 3, 200]), rows=self.chance.choice([1, 4, 500])
        )
        self.travelling.append(Message(phone, self.tickets, request))
        return True

    def phone_killed(self) -> bool:
        phone = self.chance.choice(self.phones)
        phone.waits_for = None
        phone.replica = phone.replica.copy()  # what is durable is read again
        self.note(f"{phone.label} killed")
        return True

    def phone_copied(self) -> bool:
        phone = self.chance.choice(self.phones)
        phone.copies.append(phone.replica.copy())
        return True

    def phone_restored(self) -> bool:
        phone = self.chance.choice(self.phones)
        if not phone.copies:
            return False
        old = phone.replica
        phone.replica = self.chance.choice(phone.copies).copy()
        phone.waits_for = None
        # A declared loss: what this phone held and its copy does not.
        lost = _held(old) - _held(phone.replica)
        self.oracle.abandoned |= lost
        self.note(f"{phone.label} restored, loses {len(lost)}")
        return True

    def phone_cloned(self) -> bool:
        if len(self.phones) > 6:
            return False
        phone = self.chance.choice(self.phones)
        clone = Phone(f"{phone.label}'", phone.account, phone.replica.copy())
        self.phones.append(clone)
        self.note(f"{phone.label} cloned")
        return True

    def same_id_twice(self) -> bool:
        """A clone continues its twin's chance: both give one id to different operations."""
        one, other = self.chance.sample(self.phones, 2)
        id = self.name()
        for phone in (one, other):
            seen = [a for a in phone.replica.activities() if phone.replica.view(a)]
            if seen:
                wire = phone.replica.save(
                    "edit", id, seen[-1], set={"note": f"{phone.label} {self.now}"},
                    captured={"device": phone.replica.device, "wall": "2038"},
                )  # fmt: skip
                self.oracle.on_saved(wire, phone.replica)
                self.note(f"{phone.label} twin {id[:8]}")
        return True

    # ---- the network

    def request_arrives(self) -> bool:
        message = self._pick(answer=False)
        if message is None:
            return False
        self.travelling.remove(message)
        self._arrive(message)
        return True

    def request_doubled(self) -> bool:
        """It arrives and stays on its way: a duplicate, perhaps a late one."""
        message = self._pick(answer=False)
        if message is None:
            return False
        self._arrive(message)
        return True

    def request_lost(self) -> bool:
        return self._lose(answer=False)

    def answer_lost(self) -> bool:
        return self._lose(answer=True)

    def answer_arrives(self) -> bool:
        message = self._pick(answer=True)
        if message is None:
            return False
        self.travelling.remove(message)
        self._deliver(message)
        return True

    def answer_doubled(self) -> bool:
        message = self._pick(answer=True)
        if message is None:
            return False
        self._deliver(message)
        return True

    def _pick(self, answer: bool) -> Message | None:
        there = [m for m in self.travelling if (m.answer is not None) == answer]
        return self.chance.choice(there) if there else None

    def _lose(self, answer: bool) -> bool:
        message = self._pick(answer)
        if message is None:
            return False
        self.travelling.remove(message)
        return True

    def _arrive(self, message: Message) -> None:
        answer = self._serve(message.phone, message.request)
        if answer is not None:
            self.travelling.append(Message(message.phone, message.ticket, message.request, answer))

    def _deliver(self, message: Message) -> None:
        if message.phone.waits_for == message.ticket and message.answer is not None:
            message.phone.waits_for = None
            self._take(message.phone, message.request, message.answer)

    def _serve(self, phone: Phone, request: Wire) -> Wire | None:
        try:
            answer = self.server.sync(request)
        except Crashed as moment:
            self.note(f"server died {moment}")
            return None
        self.oracle.on_served(request, answer, self.server.state)
        ends = [f"{told['id'][:8]}={told['outcome']}/{told.get('reason') or ''}"
                for told in answer["outcomes"]]  # fmt: skip
        news = {
            scope: (c["to"], len(c["rows"]), c["more"]) for scope, c in answer["changes"].items()
        }
        self.note(f"served {phone.label} {' '.join(ends)} {news}")
        return answer

    def _take(self, phone: Phone, request: Wire, answer: Wire) -> None:
        before = phone.replica.copy()
        phone.replica.take_answer(request, answer)
        self.oracle.on_answer(before, answer, phone.replica, self.server)
        self.note(f"{phone.label} took; {len(phone.replica.outbox)} left")

    # ---- the server and those who sit at it

    def server_dies_before_commit(self) -> bool:
        self.server.crash = "before_commit"
        return True

    def server_dies_after_commit(self) -> bool:
        self.server.crash = "after_commit"
        return True

    def other_writes_meanwhile(self) -> bool:
        self.server.meanwhile = lambda: void(self.reviewer_opens(), self.reviewer_decides())
        return True

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

    def conflicts_dismissed(self) -> bool:
        there = list(self.server.state.conflicts)
        if not there:
            return False
        self.server.dismiss_conflicts(self.chance.choice(there))
        return True

    def notice_sent(self) -> bool:
        account = self.chance.choice(ACCOUNTS)
        self.notices.append(self.server.notify(account.id, f"notice at {self.now}"))
        return True

    def notice_withdrawn(self) -> bool:
        there = [id for id, notice in self.server.state.notices.items() if not notice.gone]
        if not there:
            return False
        self.server.withdraw_notice(self.chance.choice(there))
        return True

    def hours_pass(self) -> bool:
        self.now += self.chance.choice([3600, 8 * 3600, 30 * 3600])
        return True

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
        good = [i for i, (at, _) in enumerate(self.server.backups) if at >= (through or 1e18)]
        if not good:
            return False
        self.server.restore(self.chance.choice(good))
        self.note(f"server restored, {len(self.server.state.log)} operations")
        return True


def void(*_: object) -> None:
    return None


def _held(replica: Replica) -> set[tuple[str, str]]:
    wires = [pending.wire for pending in replica.outbox]
    wires += [kept.wire for kept in replica.kept.values()]
    return {key_of(wire) for wire in wires}
