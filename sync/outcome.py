"""The end of an operation: exactly one of four durable outcomes, or `retry`, which is none yet.

"Rejected and gone" does not exist: what did not go in is kept beside the record (`conflict`) or
whole (`parked`), visible, with a reason. Not here: how an outcome is found (`reconcile`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from sync.conflict import Conflict
from sync.errors import Problem

# ---- why an operation is parked
MALFORMED: Final = "malformed"  # cannot be read
SERVER_OWNED: Final = "server_owned"  # sets what only the server sets
TOO_LARGE: Final = "too_large"
INVALID: Final = "invalid"  # problems by field; edit and resend
NO_PERMISSION: Final = "no_permission"
ID_REUSE: Final = "id_reuse"  # the operation's id came before, with another content
ACTIVITY_REUSE: Final = "activity_reuse"  # creates an activity that is there already
APPEAL: Final = "appeal"  # the activity is rejected; a person decides
AFTER_PARKED: Final = "after_parked"  # the operation before it waits for a person
WRONG_SCOPE: Final = "wrong_scope"  # names another feed than its activity lies in
WRONG_KIND: Final = "wrong_kind"
AREA_CHOICE: Final = "area_choice"  # the commune was divided; its author says where it was
TOO_OLD: Final = "too_old"
REVOKED: Final = "revoked"
BUG: Final = "bug"  # ours
# ---- why it must come again
AFTER_UNKNOWN: Final = "after_unknown"  # the operation before it has not arrived (also: parked)
UNKNOWN_ACTIVITY: Final = "unknown_activity"  # its create has not arrived (also: parked)
UNKNOWN_CONFLICT: Final = "unknown_conflict"  # what it resolves has not arrived (also: parked)
UNKNOWN_KIND: Final = "unknown_kind"  # a newer app than this server
UNSUPPORTED: Final = "unsupported"  # a newer type of operation than this server
# ---- why `applied` changed nothing
ALREADY_SO: Final = "already_so"  # others got there first, with the same values


@dataclass(frozen=True)
class _Ended:
    """`version` is the activity's version when the outcome was found; None if it has none."""

    name: ClassVar[str]
    durable: ClassVar[bool] = True

    reason: str | None = None
    problems: tuple[Problem, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    version: int | None = None


@dataclass(frozen=True)
class Applied(_Ended):
    """The activity is as the phone wanted it, on top of what it had seen."""

    name: ClassVar[str] = "applied"


@dataclass(frozen=True)
class Merged(_Ended):
    """All of it went in, beside changes of others that the phone had not seen."""

    name: ClassVar[str] = "merged"


@dataclass(frozen=True)
class Conflicted(_Ended):
    """Some or all did not go in and is kept in `conflicts`."""

    name: ClassVar[str] = "conflict"


@dataclass(frozen=True)
class Parked(_Ended):
    """No effect. The operation is kept whole until a person acts."""

    name: ClassVar[str] = "parked"


@dataclass(frozen=True)
class Retry(_Ended):
    """No effect and no outcome yet: the phone sends it again. Never stored."""

    name: ClassVar[str] = "retry"
    durable: ClassVar[bool] = False


Outcome = Applied | Merged | Conflicted | Parked | Retry

_BY_NAME: Mapping[str, type[Outcome]] = {
    kind.name: kind for kind in (Applied, Merged, Conflicted, Parked, Retry)
}


def to_wire(outcome: Outcome) -> dict[str, Any]:
    """JSON of an outcome, for the answer and for storing. The caller adds id, scope and seq."""
    wire: dict[str, Any] = {"outcome": outcome.name, "version": outcome.version}
    if outcome.reason is not None:
        wire["reason"] = outcome.reason
    if outcome.problems:
        wire["problems"] = [dict(problem) for problem in outcome.problems]
    if outcome.conflicts:
        wire["conflicts"] = [conflict.to_wire() for conflict in outcome.conflicts]
    return wire


def from_wire(wire: Mapping[str, Any]) -> Outcome:
    """Reads `to_wire`; other members are ignored. Raises KeyError for an unknown outcome."""
    return _BY_NAME[wire["outcome"]](
        reason=wire.get("reason"),
        problems=tuple(wire.get("problems") or ()),
        conflicts=tuple(Conflict.from_wire(c) for c in wire.get("conflicts") or ()),
        version=wire.get("version"),
    )
