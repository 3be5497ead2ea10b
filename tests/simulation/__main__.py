"""`python -m tests.simulation --seed 1 --n 2000`: histories of `n` seeds from `seed` on.

Ends with one summary; at the first violation prints the seed and the tail of its trace, exit 1.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

from tests.simulation.broken import BROKEN
from tests.simulation.events import FAULTS
from tests.simulation.invariants import listed
from tests.simulation.runs import Plan, Tally, run_seeds


def main() -> int:
    arguments = _arguments()
    if arguments.invariants:
        print(listed())
        return 0
    plan = Plan(arguments.server, arguments.broken, arguments.phones)
    began = time.perf_counter()
    tally = run_seeds(plan, arguments.seed, arguments.n, arguments.processes)
    if tally.failure is not None:
        seed, error, trace = tally.failure
        print(*trace, sep="\n")
        print(f"seed {seed}: {error}")
        print(f"run it alone: make simulate SEED={seed} N=1 SERVER={arguments.server}")
        return 1
    _summary(arguments, tally, time.perf_counter() - began)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--n", type=int, default=2000)
    what = "the rules over a dictionary, or the real code over SQLite"
    parser.add_argument("--server", choices=("model", "real"), default="model", help=what)
    what = "the replica, or the field app's own steps run by Node"
    parser.add_argument("--phones", choices=("python", "typescript"), default="python", help=what)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--broken", choices=sorted(BROKEN), help="put a known mistake in")
    parser.add_argument("--invariants", action="store_true", help="list them and what judges each")
    return parser.parse_args()


def _summary(arguments: argparse.Namespace, tally: Tally, seconds: float) -> None:
    counts = tally.counts

    def part(title: str, found: dict[str, int]) -> None:
        listed = ", ".join(f"{name} {found[name]:,}" for name in sorted(found))
        print(f"{title} {sum(found.values()):,}: {listed}")

    def of(prefix: str) -> dict[str, int]:
        return {n.removeprefix(prefix): c for n, c in counts.items() if n.startswith(prefix)}

    print(f"{tally.seeds:,} seeds from {arguments.seed} clean over the {arguments.server} server "
          f"in {seconds:.1f} s ({tally.seeds / seconds:.1f} seeds/s), "
          f"traces {tally.traces[:16]}")  # fmt: skip
    part("operations", of("operation "))
    part("faults", {name: counts[name] for name in FAULTS if counts[name]})
    part("outcomes", of("outcome "))
    part("parked for", of("parked "))
    part("decisions", of("decision "))
    part("checks", {name.replace(" ", "_"): count for name, count in tally.checks.items()})


if __name__ == "__main__":
    sys.exit(main())
