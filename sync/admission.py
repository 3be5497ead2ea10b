"""What is decided about an operation before its activity is looked at: was it here, is it early?

The caller reads two rows of its operation log, the one with the operation's id and the one that
`after` names, and asks here. Not here: merging (`reconcile`), and storing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sync import outcome as outcomes
from sync.operation import Operation
from sync.outcome import Applied, Outcome, Parked, Retry


@dataclass(frozen=True, slots=True)
class Stored:
    """A row of the operation log: the hash that came with the id, how it ended, and on what."""

    hash: str
    outcome: Outcome
    activity: str | None = None


def recall(operation: Operation, stored: Stored | None) -> Outcome | None:
    """The answer if the id was here before, else None.

    Same hash: the stored outcome, for ever, without any effect. Another hash: parked `id_reuse`;
    that answer must not replace the stored one, and the phone sends its change under a new id.
    De-duplicating by a counter of the device instead destroys data of restored and cloned phones.
    """
    if stored is None:
        return None
    if stored.hash == operation.hash:
        return stored.outcome
    return Parked(outcomes.ID_REUSE)


def predecessor(
    operation: Operation, stored: Stored | None, sent_hash: str | None = None
) -> Outcome | None:
    """The outcome of the operation that `after` names; `stored` is its row, if it arrived.

    If that id belongs to an operation on another activity, or to one with another content than the
    operation of that id in the same request (`sent_hash`), the phone's own one is about to come
    under a new id. Then it neither holds back nor tells anything of this activity's versions.
    """
    if stored is None:
        return None
    if stored.activity not in (None, operation.activity) or sent_hash not in (None, stored.hash):
        return Applied(outcomes.ALREADY_SO)
    return stored.outcome


def hold_back(operation: Operation, predecessor: Outcome | None) -> Outcome | None:
    """Whether the operation waits for the one that `after` names, else None.

    `predecessor` is that one's outcome, stored or found earlier in this batch; None if it never
    arrived. Order is kept per activity, so whatever waits here blocks only its own activity.
    """
    if operation.after is None:
        return None
    if predecessor is None or isinstance(predecessor, Retry):
        return Retry(outcomes.AFTER_UNKNOWN)
    if isinstance(predecessor, Parked):
        return Parked(outcomes.AFTER_PARKED)
    return None


def give_up(outcome: Retry) -> Parked:
    """The durable end of an operation that was told `retry` for too long (`limits.RETRY_S_MAX`)."""
    return Parked(outcome.reason, outcome.problems)


def is_fork(operation: Operation, id_with_same_n: str | None) -> bool:
    """Whether another operation of this device and epoch already bore the same `n`.

    Then the phone was restored from an older copy, or cloned. The operation is accepted like any
    other; its answer says `fork: true` and the phone takes a new epoch.
    """
    return operation.n is not None and id_with_same_n not in (None, operation.id)


def seen_version(
    operation: Operation, predecessor: Outcome | None, incarnation: str | None
) -> int | None:
    """The latest version whose content the phone knew when it made the operation, or None.

    That is `base`; or what the predecessor left, if nothing of others lay between: a phone does
    not hear of a version before it makes the next operation on top of it.
    """
    base = operation.base
    if incarnation is not None and operation.incarnation not in (None, incarnation):
        base = None  # a number of another life
    if isinstance(predecessor, Applied) and predecessor.reason != outcomes.ALREADY_SO:
        left = predecessor.version
        if left is not None and (base is None or left > base):
            return left
    return base


def with_version(outcome: Outcome, version: int | None) -> Outcome:
    """The outcome, bearing the version at which its activity then stood."""
    return replace(outcome, version=version)
