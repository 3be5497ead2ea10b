"""What can happen in the simulated world and how often; its accounts and its messages.

Not here: what each event does (`network`, `mishaps`, `desk`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.simulation.server import Account
from tests.simulation.state import Wire

if TYPE_CHECKING:
    from tests.simulation.phone import Phone

ACCOUNTS = (
    Account("an", ("commune:c-00004-2025",)),
    Account("binh", ("commune:c-00004-2025", "commune:c-00008-2025")),
    Account("chi", ("commune:c-00008-2025",)),
)
STEPS = 300
#: Syncs that a phone may need to drain when nothing fails: batches of what it holds, pages of
#: what it lacks, and the day that an operation may be told `retry`.
RECOVERY_ROUNDS_MAX = 60

#: Weights of what happens next, in the time of faults. By room: people, network, phones, server.
EVENTS: dict[str, int] = {
    "person_acts": 46, "phone_asks": 36, "hours_pass": 2,
    "request_arrives": 38, "answer_arrives": 38, "request_lost": 3, "answer_lost": 4,
    "request_cut": 1, "answer_cut": 2, "request_doubled": 6, "answer_doubled": 3,
    "request_garbled": 2, "answer_garbled": 2,
    "portal_answers": 1, "too_large": 1, "overloaded": 1, "gateway_fails": 2,
    "line_one_way": 1, "swizzle": 1,
    "phone_killed": 4, "phone_killed_midway": 16, "power_cut": 2, "storage_fills": 1,
    "storage_freed": 2, "storage_evicted": 1, "phone_copied": 4, "phone_restored": 2,
    "phone_cloned": 1, "same_id_twice": 1, "clock_jumps": 2, "tab_opened": 2, "tab_closed": 2,
    "app_changed": 1, "user_changed": 2,
    "server_dies_before_commit": 2, "server_dies_after_commit": 2, "server_dies_before_answer": 1,
    "transaction_clashes": 2, "lock_times_out": 1, "other_writes_meanwhile": 5,
    "version_deployed": 1,
    "backup_made": 7, "backup_verified": 4, "server_restored": 2,
    "reviewer_opens": 10, "reviewer_decides": 10, "conflict_opened": 8, "conflict_answered": 9,
    "notice_sent": 2,    "notice_withdrawn": 1, "scope_granted": 2, "scope_revoked": 1,
    "device_revoked": 1, "revoked_enrolled": 3,
    "communes_merged": 1, "commune_divided": 1, "commune_renamed": 1, "rows_move": 6,
    "draft_written": 8, "draft_dropped": 2, "draft_taken": 5,
    "twins_decided": 12, "twins_decided_again": 4,
    "parked_settled": 16, "settled_again": 3, "file_sealed": 4, "file_delivered": 5,
    "file_garbled": 1,
}  # fmt: skip
_LIFE = {
    "person_acts", "phone_asks", "hours_pass", "request_arrives", "answer_arrives",
    "phone_copied", "storage_freed", "tab_opened", "tab_closed", "backup_made", "backup_verified",
    "reviewer_opens", "reviewer_decides", "conflict_opened", "conflict_answered", "notice_sent",
    "notice_withdrawn", "scope_granted", "user_changed", "revoked_enrolled", "commune_renamed",
    "rows_move", "twins_decided", "parked_settled", "file_sealed", "draft_written",
    "draft_dropped", "draft_taken",
}  # fmt: skip
#: Those of them that are faults, for the summary.
FAULTS = frozenset(EVENTS) - _LIFE


@dataclass(frozen=True, slots=True)
class Response:
    """What arrives at a phone: an answer as it was sent, or what stands in its place."""

    status: int = 200
    answer: Wire | None = None
    media_type: str = "application/json"
    text: str | None = None
    body: bytes | None = None
    retry_after_s: float = 0


@dataclass(frozen=True, slots=True)
class Message:
    """A request or a response on its way. `ticket` tells which request it belongs to."""

    phone: Phone
    ticket: int
    request: Wire
    response: Response | None = None
