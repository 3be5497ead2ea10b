"""Operations and records of earlier versions, made into those of today. Pure; nothing is lost.

An operation is never changed once a phone made it: its hash stays that of the text as it was sent,
and the same text gets the same answer for ever. A kind's fields may be renamed from one version to
the next (`renamed` in its file); the envelope itself changes with the protocol, by the steps below.
Not here: deciding when a version is too old to be carried any longer (`limits`, the kind's file).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sync import outcome as outcomes
from sync.codec import sha256_hex
from sync.errors import OperationError
from sync.limits import OLDEST_PROTOCOL, PROTOCOL
from sync.operation import Operation, parse_operation
from sync.record import Record

Envelope = dict[str, Any]

#: From each protocol to the next: an envelope of version n in, one of version n + 1 out. Protocol 1
#: is the first; the step that protocol 2 needs goes here with the golden files of 1 to hold it.
STEPS: Mapping[int, Callable[[Envelope], Envelope]] = {}


class TooOld(Exception):
    """Made with a version that this program no longer knows."""


@dataclass(frozen=True)
class KindHistory:
    """What became of a kind's fields. `renamed`: version -> {name before it: name from it on}.

    Operations of a version below `oldest` cannot be understood any more.
    """

    version: int = 1
    oldest: int = 1
    renamed: Mapping[int, Mapping[str, str]] = field(default_factory=dict)

    def names_since(self, version: int) -> Mapping[str, str]:
        """What fields of `version` are called today; those that kept their names are left out."""
        today: dict[str, str] = {}
        for later in range(version + 1, self.version + 1):
            step = self.renamed.get(later, {})
            today = {old: step.get(new, new) for old, new in today.items()}
            today |= {old: new for old, new in step.items() if old not in today}
        return today


def read_operation(
    raw: object,
    steps: Mapping[int, Callable[[Envelope], Envelope]] = STEPS,
    oldest: int = OLDEST_PROTOCOL,
    newest: int = PROTOCOL,
) -> Operation:
    """`parse_operation` for an envelope of any protocol: it says its own in `protocol` (none: 1).

    Raises OperationError: `too_old`, `unsupported` for one of a newer protocol than ours, and what
    `parse_operation` raises.
    """
    if not isinstance(raw, dict):
        return parse_operation(raw)
    made_in = raw.get("protocol", 1)
    if type(made_in) is not int or made_in == newest:
        return parse_operation(raw)
    if made_in > newest:
        raise _refused(raw, outcomes.UNSUPPORTED)
    if made_in < oldest:
        raise _refused(raw, outcomes.TOO_OLD)
    envelope: Envelope = dict(raw)
    for version in range(made_in, newest):
        envelope = steps[version](envelope)
    # The hash is of what was sent: the same text from an updated app is the same operation.
    return replace(parse_operation(envelope), hash=sha256_hex(raw))


def upcast_operation(operation: Operation, history: KindHistory) -> Operation:
    """The operation as an app of today would have made it. Raises TooOld."""
    if operation.kind_version >= history.version:
        return operation
    if operation.kind_version < history.oldest:
        raise TooOld(operation.kind)
    names = history.names_since(operation.kind_version)
    return replace(
        operation,
        kind_version=history.version,
        set=_renamed(operation.set, names),
        was=_renamed(operation.was, names),
        add=_renamed(operation.add, names),
        remove=_renamed(operation.remove, names),
    )


def upcast_record(record: Record, history: KindHistory) -> Record:
    """A stored record under today's names; the very same object if nothing is to be renamed.

    Also one of a version that operations may no longer have: what is stored is always understood.
    """
    names = history.names_since(record.kind_version)
    if not names:
        return record
    return replace(
        record,
        kind_version=history.version,
        fields=_renamed(record.fields, names),
        sets=_renamed(record.sets, names),
        extra=_renamed(record.extra, names),
    )


def _renamed(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The values under today's names. One that already bears its new name is newer and stays."""
    kept = {name: value for name, value in values.items() if name not in names}
    return {names[name]: value for name, value in values.items() if name in names} | kept


def _refused(raw: Mapping[str, Any], reason: str) -> OperationError:
    """As parsing does it: the ids, where they can be read, so that it can be kept under them."""
    try:
        known = parse_operation({name: raw.get(name) for name in _IDS} | _BARE)
    except OperationError as error:
        return OperationError(reason, [], id=error.id, activity=error.activity)
    return OperationError(reason, [], id=known.id, activity=known.activity)


_IDS = ("id", "activity")
_BARE = {"type": "edit", "scope": "reference", "kind": "any", "kind_version": 1}
