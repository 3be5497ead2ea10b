"""Thousands of phones at work over HTTP, in a few processes: real replicas, a line that breaks.

Each phone writes new activities, most of them handed in at once; one in four writes again later:
corrections of what it made. It sends until its outbox is empty. Some answers are thrown away, some
requests arrive twice at the same time, some phones die after they read an answer. Nobody else
changes a phone's activities, so what the database must hold in the end is known to the letter.
"""

from __future__ import annotations

import collections
import contextlib
import gzip
import http.client
import json
import multiprocessing
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server import catalogue
from server.catalogue.derive import merging
from sync import digest
from sync.replica import Replica
from sync.shadow import Shadow
from tests.factories.activities import KIND, example, new_id
from tests.reliability.enrolment import Enrolled
from tests.reliability.ledger import Ledger

THREADS = 8
TIMEOUT_S = 20
#: Of a request: the answer is thrown away unread; the same is sent twice at once; the phone dies
#: when it has read the answer and taken nothing.
LOST, TWICE, DEAD = 0.02, 0.02, 0.01
#: Connections are opened afresh now and then, as phones do.
REQUESTS_A_CONNECTION = 20


@dataclass(frozen=True)
class Shift:
    """What one process of the crowd has to do."""

    port: int
    phones: list[Enrolled]
    ledger: Path
    seed: int
    reference: Shadow
    incarnation: str | None
    give_up_s: float
    #: Of the phones, those that write again later, and of these those that look once more when
    #: all is done: one in so many.
    write_again: int = 4
    look_again: int = 2


class Line:
    """One thread's connection to the server."""

    def __init__(self, port: int, chance: random.Random) -> None:
        self._port = port
        self._chance = chance
        self._connection: http.client.HTTPConnection | None = None
        self._left = 0

    def ask(self, token: str, request: dict[str, Any]) -> dict[str, Any] | None:
        """The answer, or None: nobody knows whether the request was heard."""
        body = json.dumps(request, ensure_ascii=False).encode()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if len(body) > 1500:
            body = gzip.compress(body, 1)
            headers["Content-Encoding"] = "gzip"
        fate = self._chance.random()
        try:
            if fate < LOST:
                self._send_off(body, headers).close()
                return None
            if fate < LOST + TWICE:
                twin = self._send_off(body, headers)
                with contextlib.closing(twin):
                    answer = self._ask(body, headers)
                    return self._read(twin) or answer
            return self._ask(body, headers)
        except (OSError, http.client.HTTPException):
            self.hang_up()
            return None

    def hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _send_off(self, body: bytes, headers: dict[str, str]) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_S)
        connection.request("POST", "/api/v1/sync", body, headers)
        return connection

    def _ask(self, body: bytes, headers: dict[str, str]) -> dict[str, Any] | None:
        if self._connection is None or self._left == 0:
            self.hang_up()
            self._connection = self._send_off(body, headers)
            self._left = REQUESTS_A_CONNECTION
        else:
            self._connection.request("POST", "/api/v1/sync", body, headers)
        self._left -= 1
        return self._read(self._connection)

    @staticmethod
    def _read(connection: http.client.HTTPConnection) -> dict[str, Any] | None:
        response = connection.getresponse()
        text = response.read()
        if response.status >= 500:
            return None  # a phone tries again; what it was told to do meanwhile is shown elsewhere
        assert response.status == 200, f"{response.status}: {text[:300]!r}"
        answer: dict[str, Any] = json.loads(text)
        return answer


class Person:
    """A phone in somebody's hand."""

    def __init__(self, enrolled: Enrolled, shift: Shift, chance: random.Random) -> None:
        self.enrolled = enrolled
        self.chance = chance
        self.replica = Replica(
            enrolled.device, (enrolled.scope, f"account:{enrolled.account}"),
            lambda kind: merging.merge_policy(catalogue.kinds()[kind]), new_id,
        )  # fmt: skip
        # catalogue and plan came when it was enrolled: 10,000 times the same bytes prove nothing
        self.replica.scopes["reference"] = shift.reference.copy()
        self.replica.incarnation = shift.incarnation
        self.activities: list[str] = []

    def write_down(self, sitting: int, ledger: Ledger) -> None:
        """What the person does now. All of it is in the ledger before any of it is sent."""
        before = len(self.replica.outbox)
        if sitting == 0:
            self._report(submitted=self.chance.random() < 0.7)
            if self.chance.random() < 0.3:
                self._report(submitted=False)
        else:
            # a server that lost what it acknowledged takes it out of view: the verdict will say so
            for activity in filter(self.replica.view, self.activities):
                for _ in range(self.chance.choice((1, 1, 2))):
                    self._save("edit", activity, set={"note": f"Sửa {new_id()}"})
        self._note(before, ledger)

    def report_with(self, photo: dict[str, Any], ledger: Ledger) -> None:
        """One new activity with this photo, handed in."""
        before = len(self.replica.outbox)
        self._report(submitted=True, photo=photo)
        self._note(before, ledger)

    def _note(self, before: int, ledger: Ledger) -> None:
        for pending in self.replica.outbox[before:]:
            ledger.write(
                saved=pending.wire, phone=self.enrolled.device, account=self.enrolled.account
            )

    def _report(self, *, submitted: bool, photo: dict[str, Any] | None = None) -> None:
        activity = new_id()
        self.activities.append(activity)
        self._save(
            "create", activity, scope=self.enrolled.scope, kind=KIND,
            kind_version=catalogue.kinds()[KIND].version,
            set=example(programme_title=f"Bản tin {activity[-12:]}"),
            add={"evidence": [photo or _photo(activity)]},
        )  # fmt: skip
        if self.chance.random() < 0.3:
            self._save("edit", activity, set={"note": f"Ghi {new_id()}"})
        if submitted:
            self._save("submit", activity)

    def _save(self, type: str, activity: str, **patch: Any) -> None:
        self.replica.save(type, new_id(), activity, **patch)

    def settle(self, line: Line, ledger: Ledger, is_over: Callable[[], bool]) -> Any:
        """Send and read until there is nothing left of either; yields for every answer."""
        while not self.replica.idle() and not is_over():
            request = self.replica.make_request()
            answer = line.ask(self.enrolled.token, request)
            if answer is None:
                time.sleep(self.chance.uniform(0.02, 0.15))
                continue
            at = time.monotonic_ns()
            for told in answer["outcomes"]:
                if told["outcome"] != "retry":
                    ledger.write(told=told, at=at)
            if self.chance.random() >= DEAD:
                self.replica.take_answer(request, answer)
            yield answer

    def look(self) -> None:
        """Ask for news at the next `settle`."""
        for shadow in self.replica.scopes.values():
            shadow.complete = False

    def end(self, ledger: Ledger, *, looked: bool) -> None:
        sums = {scope: digest.to_text(shadow.sum) for scope, shadow in self.replica.scopes.items()}
        ledger.write(
            end=self.enrolled.device, outbox=len(self.replica.outbox), sums=sums if looked else {},
            rereads=self.replica.rereads,
        )  # fmt: skip


def _photo(activity: str) -> dict[str, Any]:
    """A photo that exists only by name: its bytes are the matter of other tests."""
    name = activity.replace("-", "")
    return {"sha256": name * 2, "size": 120_000, "media_type": "image/jpeg",
            "width": 1600, "height": 1200}  # fmt: skip


def read_reference(port: int, phone: Enrolled) -> tuple[Shadow, str | None]:
    """Catalogue and plan as one phone reads them, for all to begin with."""
    line = Line(port, random.Random(0))
    replica = Replica(phone.device, ("reference",), _no_policy, new_id)
    while not replica.idle():
        request = replica.make_request()
        answer = line.ask(phone.token, request)
        if answer is not None:
            replica.take_answer(request, answer)
    line.hang_up()
    return replica.scopes["reference"], replica.incarnation


def _no_policy(kind: str) -> Any:
    raise AssertionError(kind)


def work(shift: Shift, answers: Any, written: Any) -> None:
    """One process of the crowd: everybody writes, some again; when all processes have `written`,
    some look. Counts in `answers`."""
    ledger = Ledger(shift.ledger)
    chance = random.Random(shift.seed)
    people = [Person(each, shift, random.Random(chance.random())) for each in shift.phones]
    end = time.monotonic() + shift.give_up_s

    def is_over() -> bool:
        return time.monotonic() > end

    again = people[:: shift.write_again]
    looking = again[:: shift.look_again]
    _all_at_once(people, shift, ledger, answers, is_over, 0)
    _all_at_once(again, shift, ledger, answers, is_over, 1)
    written.wait(shift.give_up_s)  # neighbours are in the other processes
    for person in looking:
        person.look()
    _all_at_once(looking, shift, ledger, answers, is_over, None)
    for person in people:
        person.end(ledger, looked=person in looking)
    ledger.close()


def _all_at_once(
    people: list[Person], shift: Shift, ledger: Ledger, answers: Any,
    is_over: Callable[[], bool],
    sitting: int | None,
) -> None:  # fmt: skip
    waiting = collections.deque(people)
    failures: list[BaseException] = []

    def serve(number: int) -> None:
        line = Line(shift.port, random.Random(shift.seed * 1000 + number))
        try:
            while waiting:
                with contextlib.suppress(IndexError):
                    person = waiting.popleft()
                    if sitting is not None:
                        person.write_down(sitting, ledger)
                    for _ in person.settle(line, ledger, is_over):
                        with answers.get_lock():
                            answers.value += 1
        except BaseException as error:
            failures.append(error)
            raise
        finally:
            line.hang_up()

    threads = [threading.Thread(target=serve, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


@dataclass
class Crowd:
    """Processes at work. `answers` counts what all of them have read."""

    processes: list[Any]
    answers: Any
    #: Held, because what nobody holds is gone before the last process has found it.
    written: Any

    def is_at_work(self) -> bool:
        """Raises AssertionError as soon as one of them has failed."""
        codes = [process.exitcode for process in self.processes]
        if any(codes):
            for process in self.processes:
                process.kill()
        assert not any(codes), "a process of the crowd failed"
        return None in codes


def start_crowd(shifts: list[Shift]) -> Crowd:
    """A process a shift."""
    context = multiprocessing.get_context("spawn")
    answers, written = context.Value("q", 0), context.Barrier(len(shifts))
    processes = [context.Process(target=work, args=(shift, answers, written)) for shift in shifts]
    for process in processes:
        process.start()
    return Crowd(processes, answers, written)
