"""`python -m tests.simulation --seed 1 --n 2000`: histories of `n` seeds from `seed` on.

Ends with one summary; at the first violation prints the seed and the tail of its trace, exit 1.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections import Counter

from tests.simulation.broken import BROKEN
from tests.simulation.events import FAULTS
from tests.simulation.oracle import Violation
from tests.simulation.world import World

TAIL = 40
#: Every so many seeds one is run twice, to see that the same seed gives the same trace (I19).
TWICE_EVERY = 20


def main() -> int:
    arguments = _arguments()
    server, replica = BROKEN[arguments.broken] if arguments.broken else (None, None)
    counts: Counter[str] = Counter()
    checks: Counter[str] = Counter()
    digest = hashlib.sha256()
    began = time.perf_counter()
    for seed in range(arguments.seed, arguments.seed + arguments.n):
        world = _world(seed, server, replica)
        try:
            world.run()
            if seed % TWICE_EVERY == 0:
                again = _world(seed, server, replica)
                again.run()
                if again.trace_hash() != world.trace_hash():
                    raise Violation("I19 same seed, same trace")
        except Exception as error:
            print(*world.trace[-TAIL:], sep="\n")
            print(f"seed {seed}: {type(error).__name__}: {error}")
            print(f"run it alone: make simulate SEED={seed} N=1")
            return 1
        counts += world.counts
        checks += world.oracle.checks
        digest.update(world.trace_hash().encode())
    _summary(arguments, counts, checks, digest.hexdigest(), time.perf_counter() - began)
    return 0


def _world(seed: int, server: object, replica: object) -> World:
    chosen = {"server": server, "replica": replica}
    return World(seed, **{k: v for k, v in chosen.items() if v is not None})  # type: ignore[arg-type]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--n", type=int, default=2000)
    parser.add_argument("--broken", choices=sorted(BROKEN), help="put a known mistake in")
    return parser.parse_args()


def _summary(
    arguments: argparse.Namespace,
    counts: Counter[str],
    checks: Counter[str],
    trace: str,
    seconds: float,
) -> None:
    def part(title: str, found: dict[str, int]) -> None:
        listed = ", ".join(f"{name} {found[name]:,}" for name in sorted(found))
        print(f"{title} {sum(found.values()):,}: {listed}")

    def of(prefix: str) -> dict[str, int]:
        return {n.removeprefix(prefix): c for n, c in counts.items() if n.startswith(prefix)}

    print(f"{arguments.n:,} seeds from {arguments.seed} clean in {seconds:.1f} s "
          f"({arguments.n / seconds:.1f} seeds/s), traces {trace[:16]}")  # fmt: skip
    part("operations", of("operation "))
    part("faults", {name: counts[name] for name in FAULTS if counts[name]})
    part("outcomes", of("outcome "))
    part("parked for", of("parked "))
    part("decisions", of("decision "))
    part("checks", {name.replace(" ", "_"): count for name, count in checks.items()})


if __name__ == "__main__":
    sys.exit(main())
