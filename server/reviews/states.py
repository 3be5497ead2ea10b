"""How an activity gets from one status to the next: the table is the single truth.

The author's moves come as operations and are decided by `sync.reconcile`; they stand here so that
the picture is whole. What a reviewer does is taken from here. Not here: who may (`policy`), and
what must be true of photos and conflicts (`operations`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Status = Literal["draft", "submitted", "returned", "approved", "rejected", "withdrawn"]
Decision = Literal["approve", "return", "reject"]
DECISIONS: tuple[Decision, ...] = get_args(Decision)


@dataclass(frozen=True, slots=True)
class Transition:
    """`by` does `move` to an activity in `status`, which then is in `to`."""

    status: Status
    by: Literal["author", "reviewer"]
    move: str
    to: Status


TRANSITIONS: tuple[Transition, ...] = (
    Transition("draft", "author", "submit", "submitted"),
    Transition("draft", "author", "withdraw", "withdrawn"),
    Transition("submitted", "author", "edit", "submitted"),
    Transition("submitted", "author", "withdraw", "withdrawn"),
    Transition("submitted", "reviewer", "approve", "approved"),
    Transition("submitted", "reviewer", "return", "returned"),
    Transition("submitted", "reviewer", "reject", "rejected"),
    Transition("returned", "author", "edit", "returned"),
    Transition("returned", "author", "submit", "submitted"),
    Transition("returned", "author", "withdraw", "withdrawn"),
)

#: Why nothing can be decided in a status: what the reviewer reads.
CLOSED: Mapping[str, Mapping[str, str]] = {
    "draft": {
        "vi": "Báo cáo này chưa được gửi.",
        "en": "This report has not been submitted.",
    },
    "returned": {
        "vi": "Báo cáo đang chờ người báo bổ sung. Quyết định lại khi báo cáo được gửi lại.",
        "en": "The report waits for its author. Decide again once it has been submitted again.",
    },
    "approved": {
        "vi": "Báo cáo đã được duyệt. Muốn đổi số liệu thì người báo gửi đề nghị sửa.",
        "en": "The report is approved. To change a figure its author proposes an amendment.",
    },
    "rejected": {
        "vi": "Báo cáo đã bị từ chối. Muốn xét lại thì người báo gửi ý kiến.",
        "en": "The report is rejected. To have it looked at again its author appeals.",
    },
    "withdrawn": {
        "vi": "Người báo đã rút báo cáo này.",
        "en": "Its author has withdrawn this report.",
    },
}

_BY_REVIEWER: Mapping[tuple[str, str], Status] = {
    (each.status, each.move): each.to for each in TRANSITIONS if each.by == "reviewer"
}


def after_decision(status: str, decision: str) -> Status | None:
    """The status to which `decision` leads; None when it is not possible."""
    return _BY_REVIEWER.get((status, decision))
