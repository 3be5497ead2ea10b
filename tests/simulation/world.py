"""The simulated world: one loop draws what happens next from one seeded source of chance.

First the time of faults, in which only safety is judged; then the time of recovery, in which the
network is kind and every outbox must drain in bounded syncs (I18), and all must be equal (I1).
Not here: what each event does (`network`, `mishaps`, `desk`).
"""

from __future__ import annotations

from tests.simulation.country import CountryEvents
from tests.simulation.desk import ServerEvents
from tests.simulation.events import EVENTS, RECOVERY_ROUNDS_MAX, STEPS
from tests.simulation.garbling import GarblingEvents
from tests.simulation.handing_over import HandingOverEvents
from tests.simulation.judge import Violation
from tests.simulation.mishaps import PhoneEvents
from tests.simulation.phone import Phone
from tests.simulation.writing import WritingEvents

_NAMES, _WEIGHTS = tuple(EVENTS), tuple(EVENTS.values())


class World(
    WritingEvents, HandingOverEvents, CountryEvents, PhoneEvents, GarblingEvents, ServerEvents
):
    """One seed's history. `run` raises Violation, with the trace in `trace`."""

    def run(self) -> None:
        for event in self.chance.choices(_NAMES, _WEIGHTS, k=STEPS):
            self.now += self.chance.randint(1, 60)
            if getattr(self, event)():
                self.counts[event] += 1
        self.recover()
        self.oracle.on_end(self.server, [phone.disk for phone in self.phones])
        for row in self.server.state.log.values():
            reason = row.stored.outcome.reason
            self.counts[f"outcome {row.stored.outcome.name}"] += 1
            if row.stored.outcome.name == "parked":
                self.counts[f"parked {reason}"] += 1

    def hours_pass(self) -> bool:
        self.now += self.chance.choice([3600, 8 * 3600, 30 * 3600])
        return True

    def recover(self) -> None:
        """Faults have stopped: sync until nothing moves any more."""
        self.note("recovery")
        self.travelling.clear()
        self.conditions.clear()
        self.cuts.clear()
        self.server.fault = self.server.meanwhile = None
        self.server.deploying = False
        self.all_rows_move()
        self._wake_all()
        for _ in range(RECOVERY_ROUNDS_MAX):
            self.now += 3600
            # One after the other, and once more: the last may have written for the first.
            calm = [self._calm(phone) for phone in self.phones]
            if all(calm):
                return
        busy = {p.label: [(o.wire["type"], o.wire["id"], o.tries) for o in p.disk.outbox][:3]
                for p in self.phones if not p.disk.idle()}  # fmt: skip
        raise Violation(f"I18 outboxes drain: still busy after {RECOVERY_ROUNDS_MAX}: {busy}")

    def _wake_all(self) -> None:
        """Room on every phone, and everybody who used one comes back to it."""
        for phone in list(self.phones):
            phone.full = False
            phone.dies_at = None
            phone.waits_for = None
            for account, replica in phone.sealed.values():
                self.phones.append(type(phone)(f"{phone.label}/{account.id}", account, replica))
            phone.sealed = {}

    def _calm(self, phone: Phone) -> bool:
        """Sync until this phone has no more to say or read; whether it had none to begin with."""
        if not phone.may_ask(self.now):
            return False
        for syncs in range(RECOVERY_ROUNDS_MAX):
            before = phone.disk.rereads
            request = phone.ask(batch=20, rows=50)
            response = self.serve(phone, request)
            if response is None:
                continue
            self.deliver(phone, request, response)
            answer = response.answer
            if answer is None:
                phone.wake_at = self.now
                if phone.signed_out:
                    self.enrol_again(phone)
                continue
            retried = any(told["outcome"] == "retry" for told in answer["outcomes"])
            quiet = not request["operations"] and phone.disk.rereads == before
            quiet = quiet and not request.get("drafts")
            shut_out = phone.disk.device in self.server.state.revoked and not phone.disk.outbox
            if retried or (quiet and (phone.disk.idle() or shut_out)):
                return not retried and syncs == 0 and not answer["changes"]
        raise Violation(f"I18 syncs are bounded: {phone.label} never comes to rest")
