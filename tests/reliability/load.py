"""A few phones that write, send and upload without a pause until they are told to stop."""

from __future__ import annotations

import itertools
import random
import threading
import time

from sync.shadow import Shadow
from tests.factories.evidence import make_photo
from tests.reliability.crowd import Line, Person, Shift
from tests.reliability.enrolment import Enrolled
from tests.reliability.ledger import Ledger
from tests.reliability.uploads import Upload


class Load:
    """The phones live on between the server's lives; `start`, `stop`, `start` …, `drain`."""

    def __init__(
        self, port: int, phones: list[Enrolled], ledger: Ledger, reference: Shadow,
        incarnation: str | None, seed: int = 1,
    ) -> None:  # fmt: skip
        shift = Shift(port, [], ledger=None, seed=seed, reference=reference,  # type: ignore[arg-type]
                      incarnation=incarnation, give_up_s=0)  # fmt: skip
        self.port = port
        self.people = [Person(each, shift, random.Random(f"{seed} {each.device}"))
                       for each in phones]  # fmt: skip
        self.uploads: dict[str, list[Upload]] = {each.device: [] for each in phones}
        #: What the server said that it has, since the beginning: answers and photos.
        self.acknowledged = 0
        self._ledger = ledger
        self._seeds = itertools.count(1000 * seed)
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []
        self._failures: list[BaseException] = []

    def start(self) -> None:
        self._stopped.clear()
        self._run(for_ever=True)

    def stop(self) -> None:
        """Nothing is sent any more; what waits, waits."""
        self._stopped.set()
        self._join()

    def drain(self, within_s: float = 60) -> None:
        """Write nothing new; send what is left, all of it."""
        self._stopped.clear()
        timer = threading.Timer(within_s, self._stopped.set)
        timer.start()
        self._run(for_ever=False)
        self._join()
        timer.cancel()
        for person in self.people:
            person.end(self._ledger, looked=True)

    def wait_for(self, more: int, within_s: float = 30) -> None:
        """Until the server has acknowledged so much more."""
        target, end = self.acknowledged + more, time.monotonic() + within_s
        while self.acknowledged < target:
            assert time.monotonic() < end, "the server takes nothing"
            assert not self._failures, self._failures
            time.sleep(0.002)

    def _run(self, *, for_ever: bool) -> None:
        self._threads = [
            threading.Thread(target=self._live, args=(person, for_ever)) for person in self.people
        ]
        for thread in self._threads:
            thread.start()

    def _join(self) -> None:
        for thread in self._threads:
            thread.join()
        if self._failures:
            raise self._failures[0]

    def _live(self, person: Person, for_ever: bool) -> None:
        line = Line(self.port, person.chance)
        try:
            while not self._stopped.is_set():
                if for_ever:
                    self._report(person)
                for _ in person.settle(line, self._ledger, self._stopped.is_set):
                    self.acknowledged += 1
                self._deliver(person)
                if not for_ever:
                    return
        except BaseException as error:
            self._failures.append(error)
            raise
        finally:
            line.hang_up()

    def _report(self, person: Person) -> None:
        photo = make_photo(next(self._seeds), width=320, height=240)
        who = person.enrolled
        person.report_with(photo.element, self._ledger)
        self.uploads[who.device].append(Upload(self.port, who.token, who.account, photo))

    def _deliver(self, person: Person) -> None:
        waiting = self.uploads[person.enrolled.device]
        while waiting and waiting[0].deliver(self._ledger, self._stopped.is_set):
            waiting.pop(0)
            self.acknowledged += 1
