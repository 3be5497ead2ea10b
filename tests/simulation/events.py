"""What can happen in the simulated world and how often; its phones and its messages.

Not here: what each event does (`world`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sync.replica import Replica
from tests.simulation.server import Account
from tests.simulation.state import Wire

ACCOUNTS = (
    Account("an", ("commune:c-00004-2025",)),
    Account("binh", ("commune:c-00004-2025", "commune:c-00008-2025")),
    Account("chi", ("commune:c-00008-2025",)),
)
STEPS = 240
#: Syncs that a phone may need to drain when nothing fails: batches of what it holds, pages of
#: what it lacks, and the day that an operation may be told `retry`.
RECOVERY_ROUNDS_MAX = 60

#: Weights of what happens next, in the time of faults.
EVENTS: dict[str, int] = {
    "person_acts": 40, "phone_asks": 30, "request_arrives": 34, "answer_arrives": 34,
    "request_lost": 3, "answer_lost": 5, "request_doubled": 6, "answer_doubled": 3,
    "phone_killed": 5, "phone_copied": 5, "phone_restored": 3, "phone_cloned": 1,
    "same_id_twice": 1, "server_dies_before_commit": 2, "server_dies_after_commit": 2,
    "other_writes_meanwhile": 6, "reviewer_opens": 10, "reviewer_decides": 10,
    "conflicts_dismissed": 2, "notice_sent": 3, "notice_withdrawn": 2, "hours_pass": 2,
    "backup_made": 6, "backup_verified": 4, "server_restored": 2,
}  # fmt: skip
#: Those of them that are faults, for the summary.
FAULTS = frozenset(EVENTS) - {
    "person_acts", "phone_asks", "request_arrives", "answer_arrives", "reviewer_opens",
    "reviewer_decides", "conflicts_dismissed", "notice_sent", "notice_withdrawn", "hours_pass",
    "backup_made", "backup_verified", "phone_copied",
}  # fmt: skip


@dataclass
class Phone:
    """A replica (durable) and what dies with the process: the request it waits for."""

    label: str
    account: Account
    replica: Replica
    waits_for: int | None = None
    copies: list[Replica] = field(default_factory=list)


@dataclass(frozen=True)
class Message:
    """A request or an answer on its way. `ticket` tells which request it belongs to."""

    phone: Phone
    ticket: int
    request: Wire
    answer: Wire | None = None
