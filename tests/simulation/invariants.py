"""The invariants of PROTOCOL.md 10 by name: what holds, and which code or test judges it.

`python -m tests.simulation --invariants` lists them. A violation's text begins with the name.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.simulation.oracle import Oracle
from tests.simulation.world import World


@dataclass(frozen=True, slots=True)
class Invariant:
    """`judged_by`: methods of the simulation. `also`: files of tests that hold it as well, or
    alone where a simulation in one thread over a dictionary cannot."""

    name: str
    holds: str
    judged_by: tuple[object, ...] = ()
    also: tuple[str, ...] = ()


INVARIANTS: tuple[Invariant, ...] = (
    Invariant("I1", "phones and server converge; digests are the sums of their rows",
              (Oracle.on_end,)),
    Invariant("I2", "nothing acknowledged is lost", (Oracle.on_answer, Oracle.on_end,
              Oracle.on_waiting_at_end), ("tests/journeys",)),
    Invariant("I3", "nothing saved is lost but by a declared loss, which the ledger names",
              (Oracle.on_end,), ("tests/sync/test_ledger.py",)),
    Invariant("I4", "any multiset and order of deliveries has the effect of one; an outcome never "
              "changes; what was parked goes in once",
              (Oracle.on_commit, Oracle.on_served, Oracle.on_settled)),
    Invariant("I5", "cursors move forward; an older cursor reads a superset to the same end",
              (Oracle.on_answer, Oracle.on_end), ("tests/sync/test_feed.py",)),
    Invariant("I6", "no reader's cursor passes a row still to come", (),
              ("tests/server/change_feed",)),
    Invariant("I7", "an answer shows no outcome without its effect; a part of one is nothing",
              (Oracle.on_operation, Oracle.on_answer, Oracle.on_no_answer, Oracle.on_cut,
              Oracle.on_garbled)),
    Invariant("I8", "only what is granted is sent and written, in the name of who wrote it",
              (Oracle.on_served, Oracle.on_commit, Oracle.on_carried, Oracle.on_end),
              ("tests/contracts", "tests/server/exchange")),
    Invariant("I9", "nobody's value is overwritten unseen", (Oracle.on_operation,),
              ("tests/sync/test_merge.py",)),
    Invariant("I10", "approved content changes only by an accepted amendment",
              (Oracle.on_operation, Oracle.on_commit), ("tests/sync/test_reconcile.py",)),
    Invariant("I11", "poison blocks only its own activity", (Oracle.on_served,),
              ("tests/server/exchange",)),
    Invariant("I12", "received = applied + merged + conflict + parked",
              (Oracle.on_operation, Oracle.on_end)),
    Invariant("I13", "laws of merging; groups stay whole; the result is valid or a conflict",
              (Oracle.on_operation,), ("tests/sync/test_merge.py", "tests/sync/test_reconcile.py")),
    Invariant("I14", "a verified photo hashes to its name", (), ("tests/server/evidence",)),
    Invariant("I15", "after merges and splits each activity lies in one live feed and in sight; "
              "old names are understood for ever",
              (Oracle.on_places, Oracle.on_sight, Oracle.on_places_at_end),
              ("tests/server/places", "tests/server/activities/test_moving.py")),
    Invariant("I16", "operations of every version that was shipped still apply", (),
              ("tests/vectors",)),
    Invariant("I17", "a server put back to any verified backup heals", (World.server_restored,
              Oracle.on_end)),
    Invariant("I18", "when faults stop, every outbox drains in bounded syncs", (World.recover,)),
    Invariant("I19", "the same seed gives the same trace", (World.trace_hash,),
              ("tests/simulation/test_simulation.py",)),
)  # fmt: skip


def listed() -> str:
    """All of them, for a reader."""
    lines = []
    for each in INVARIANTS:
        by = [getattr(judge, "__qualname__", str(judge)) for judge in each.judged_by]
        lines += [f"{each.name:4} {each.holds}", f"     {', '.join((*by, *each.also))}"]
    return "\n".join(lines)
