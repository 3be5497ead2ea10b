"""Many seeds at once: by ranges, over all cores, adding up what happened.

Not here: the command line (`__main__`).
"""

from __future__ import annotations

import gc
import hashlib
import multiprocessing
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.simulation.broken import BROKEN
from tests.simulation.judge import Violation
from tests.simulation.world import World

#: Every so many seeds one is run twice, to see that the same seed gives the same trace (I19).
TWICE_EVERY = 50
#: Seeds that one process runs before it reports.
RANGE = 25
ROOT = Path(__file__).parents[2]
FAILED_SEEDS = Path(__file__).with_name("seeds_that_failed.txt")


@dataclass
class Tally:
    """What a range of seeds did. `failure` is (seed, error, tail of the trace)."""

    seeds: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    traces: str = ""
    failure: tuple[int, str, list[str]] | None = None

    def add(self, other: Tally) -> None:
        self.seeds += other.seeds
        self.counts += other.counts
        self.checks += other.checks
        self.traces = hashlib.sha256((self.traces + other.traces).encode()).hexdigest()
        self.failure = self.failure or other.failure


@dataclass(frozen=True)
class Plan:
    """Which world: `server` is "model" or "real", `broken` the name of a variant or None,
    `phones` "python" or "typescript"."""

    server: str = "model"
    broken: str | None = None
    phones: str = "python"

    def world(self, seed: int) -> World:
        parts: dict[str, Any] = dict(BROKEN[self.broken]) if self.broken else {}
        if self.server == "real":
            from tests.simulation.real_server import RealServer

            parts["server"] = RealServer
        if self.phones == "typescript":
            from tests.simulation.typescript_replica import TypescriptReplica

            parts["replica"] = TypescriptReplica
        return World(seed, **parts)


def run_range(job: tuple[Plan, int, int]) -> Tally:
    """The seeds from the first number to before the second, until one fails."""
    plan, first, end = job
    tally = Tally()
    gc.disable()  # a world's garbage goes with the world
    for seed in range(first, end):
        trace: list[str] = []
        try:
            world = plan.world(seed)
            trace = world.trace
            world.run()
            if seed % TWICE_EVERY == 0:
                again = plan.world(seed)
                again.run()
                if again.trace_hash() != world.trace_hash():
                    raise Violation("I19 same seed, same trace")
        except BaseException as error:  # also a Crashed that nobody caught: no worker may die
            tally.failure = (seed, f"{type(error).__name__}: {error}", trace[-60:])
            break
        tally.seeds += 1
        tally.counts += world.counts
        tally.checks += world.oracle.checks
        tally.traces += world.trace_hash()
        if plan.server == "real":
            gc.collect()  # its backups are databases in memory
    gc.enable()
    gc.collect()
    return tally


def run_seeds(plan: Plan, first: int, n: int, processes: int = 1) -> Tally:
    """`n` seeds from `first` on. Stops at the first failure."""
    total = Tally()
    for tally in _ranges(plan, first, n, processes):
        total.add(tally)
        if total.failure:
            break
    return total


def _ranges(plan: Plan, first: int, n: int, processes: int) -> Iterator[Tally]:
    starts = range(first, first + n, min(RANGE, -(-n // processes)))
    size = starts.step
    jobs = [(plan, start, min(start + size, first + n)) for start in starts]
    # The real server hooks into the code for good: it gets processes of its own.
    if plan.server == "model" and (processes <= 1 or len(jobs) <= 1):
        yield from map(run_range, jobs)
        return
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))  # pytest finds the tests without it; a new process does not
    # An executor, unlike a pool, says so when a process dies: it would be waited for for ever.
    with ProcessPoolExecutor(processes, multiprocessing.get_context("forkserver")) as pool:
        try:
            yield from pool.map(run_range, jobs)
        finally:
            pool.shutdown(cancel_futures=True)


def seeds_that_failed(server: str) -> list[int]:
    """Seeds that once failed over `server` ("model" or "real"); those of no word count for both."""
    found = []
    for line in FAILED_SEEDS.read_text(encoding="utf-8").splitlines():
        seed, _, what = line.partition(" ")
        if seed.isdigit() and (server == "real") == what.startswith("real:"):
            found.append(int(seed))
    return found
