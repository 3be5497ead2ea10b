"""What all events of the simulated world stand on: time, chance, phones, the server, the trace.

Not here: any event.
"""

from __future__ import annotations

import hashlib
import inspect
import random
from collections import Counter
from collections.abc import Callable

from sync.codec import sha256_hex
from sync.conflict import Conflict
from sync.fields import MergePolicy
from sync.replica import Replica
from tests.simulation.events import ACCOUNTS, Message, Response
from tests.simulation.oracle import Oracle
from tests.simulation.people import Person
from tests.simulation.phone import Killed, Phone, StorageFull
from tests.simulation.port import SealedFile
from tests.simulation.server import Account, Crashed, ModelServer, Refused, Server, Watch
from tests.simulation.state import Wire


class Scene:
    """One seed's world. `server`, `replica` and `phone` are the classes under test."""

    def __init__(
        self,
        seed: int,
        server: Callable[..., Server] = ModelServer,
        replica: type[Replica] = Replica,
        phone: type[Phone] = Phone,
    ) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        self.now = 1000.0
        self.names = 0
        self.tickets = 0
        self.trace: list[str] = []
        self.counts: Counter[str] = Counter()
        self.oracle = Oracle(lambda: self.server)
        self.borrowed: list[str] = []
        self.replica = replica
        self.phone = phone
        watch = Watch(self.oracle.on_operation, self.oracle.on_commit)
        self.accounts: dict[str, Account] = {}
        self.server: Server = server(self.accounts, lambda: self.now, self.name, watch)
        self.person = Person(self.chance, self.name)
        # Not every phone has learnt it.
        self.person.decides = "resolve" in inspect.signature(replica.save).parameters
        self.phones: list[Phone] = []
        for place, account in enumerate((*ACCOUNTS, ACCOUNTS[0])):
            self.phones.append(phone(f"phone{place}", account, self.new_replica(account)))
        self.travelling: list[Message] = []
        self.conditions: dict[str, tuple[str, float]] = {}  # phone -> (what its line does, until)
        self.cuts: list[tuple[str, str, float, float]] = []  # phone, direction, from, until
        self.desk: list[tuple[str, int]] = []
        self.notices: list[str] = []
        self.files: list[SealedFile] = []
        self.settled: list[tuple[str, str, str | None]] = []
        self.questions: list[tuple[str, Conflict, int]] = []

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

    def new_replica(self, account: Account) -> Replica:
        """An empty phone of the account, enrolled."""
        device = self.server.enrol(account)
        self.oracle.enrolled[device] = self.now
        policy: Callable[[str], MergePolicy] = self.server.policy_of
        return self.replica(device, self.server.feeds_of(device), policy, self.name)

    # ---- a trip there and back

    def serve(self, phone: Phone, request: Wire) -> Response | None:
        """The request reaches the server; None if nobody will hear of it."""
        before = self.server.state
        try:
            answer = self.server.sync(request)
        except Crashed as moment:
            self.oracle.on_heard(request, self.server, sure=str(moment) != "before_commit")
            self.note(f"server died {moment}")
            self.oracle.on_drafts(before, self.server, request)
            return None
        except Refused as refused:
            # What it said of itself may have been heard before the rest was refused
            self.oracle.on_heard(request, self.server, sure=False)
            self.note(f"server refused {phone.label} {refused.status}")
            return Response(refused.status, media_type="application/problem+json", text="{}")
        self.oracle.on_drafts(before, self.server, request)
        self.oracle.on_heard(request, self.server)
        self.oracle.on_served(request, answer, self.server)
        ends = [f"{told['id'][:8]}={told['outcome']}/{told.get('reason') or ''}"
                for told in answer["outcomes"]]  # fmt: skip
        news = {
            scope: (c["to"], len(c["rows"]), c["more"]) for scope, c in answer["changes"].items()
        }
        self.note(f"served {phone.label} {' '.join(ends)} {news}")
        return Response(answer=answer)

    def deliver(self, phone: Phone, request: Wire, response: Response) -> bool:
        """The response reaches the phone; whether it was an answer and taken."""
        waiting = len(phone.disk.outbox)
        try:
            before = phone.hear(request, response, self.now)
        except StorageFull:
            self.note(f"{phone.label} had no room for an answer")
            return False
        except Killed as point:
            self.note(f"{phone.label} died {point}")
            phone.restart()
            if str(point) != "after_take":
                return False
            before = phone.before
        if response.answer is None:
            self.oracle.on_no_answer(waiting, phone.disk)
        if before is None:
            self.note(f"{phone.label} heard {response.status}, no answer")
            return False
        if response.answer is not None:
            self.oracle.on_answer(before, response.answer, phone.disk, self.server)
        self.note(f"{phone.label} took; {len(phone.disk.outbox)} left")
        return True


def fingerprint(wires: list[Wire]) -> str:
    """A short name of some operations, for the trace."""
    return sha256_hex(wires)[:8]
