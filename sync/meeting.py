"""An operation and the record that it meets: what is asked, what is known, what comes of it.

Not here: the rules. Those of creating and changing are in `reconcile`, those of deciding on a
conflict in `resolve`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sync import outcome as outcomes
from sync.admission import seen_version
from sync.conflict import Conflict, FieldValue, Kind, Resolution, Standing
from sync.content import Content
from sync.errors import Problem
from sync.fields import MergePolicy
from sync.operation import Operation
from sync.outcome import Applied, Conflicted, Merged, Outcome, Parked
from sync.record import Record

#: (fields, sets, status) -> problems. Status `draft` asks for types and ranges only, `submitted`
#: also for completeness.
Validate = Callable[
    [Mapping[str, Any], Mapping[str, Mapping[str, Mapping[str, Any]]], str], list[Problem]
]


@dataclass(frozen=True)
class Context:
    """What the record does not say. `may_write` is asked of the scope that the operation names.

    `predecessor` is the outcome of the operation that `after` names: with it a chain made offline
    counts as made on its own results. `incarnation` is the present one; a `base` of another life
    means nothing. An open conflict stops nothing here: it is approval that waits for it.
    `may_review` says whether the author of the operation reviews there; `standing` is the
    conflict that an operation of type `resolve` names, None if there is none on this activity.
    """

    author: str
    may_write: bool
    validate: Validate
    open_conflict: bool = False
    predecessor: Outcome | None = None
    incarnation: str | None = None
    may_review: bool = False
    standing: Standing | None = None


@dataclass(frozen=True)
class Reconciled:
    """`record` is the state afterwards: the very same object if nothing changed.

    `conflicts` are to be opened beside the record; they also stand in the outcome. `resolution`
    ends the conflict that the operation names.
    """

    outcome: Outcome
    record: Record | None
    conflicts: tuple[Conflict, ...] = ()
    resolution: Resolution | None = None


@dataclass(frozen=True)
class Meeting:
    """An operation and the record that it meets."""

    record: Record
    operation: Operation
    policy: MergePolicy
    context: Context

    @property
    def moved(self) -> bool:
        """Whether the record is no longer at the version that the phone knew."""
        seen = seen_version(self.operation, self.context.predecessor, self.context.incarnation)
        return seen != self.record.version

    def parked(self, reason: str, problems: list[Problem] | None = None) -> Reconciled:
        """All of the operation waits for a person; the record stays as it is."""
        return Reconciled(parked(reason, problems or [], self.record), self.record)

    def unchanged(self) -> Reconciled:
        """The record is as the operation wants it."""
        reason = outcomes.ALREADY_SO if self.moved else None
        return Reconciled(Applied(reason, version=self.record.version), self.record)

    def conflict(
        self,
        kind: Kind,
        values: tuple[FieldValue, ...],
        problems: list[Problem] | None = None,
        type: str | None = None,
    ) -> Reconciled:
        """All of the operation is kept beside the record, which stays as it is."""
        conflicts = (Conflict(kind, self.operation.id, values, type or self.operation.type),)
        outcome = Conflicted(None, tuple(problems or ()), conflicts, self.record.version)
        return Reconciled(outcome, self.record, conflicts)

    def took(self, after: Record) -> Reconciled:
        """All of it went in."""
        kind = Merged if self.moved else Applied
        return Reconciled(kind(version=after.version), after)

    def changed(self, content: Content, status: str) -> Record:
        """The record with this content and status; the same object if it has both."""
        record = self.record
        if content.equals(record) and status == record.status:
            return record
        return replace(
            record,
            kind_version=max(record.kind_version, self.operation.kind_version),
            fields=content.fields,
            sets=content.sets,
            extra=content.extra,
            status=status,
            version=record.version + 1,
        )

    def new_problems(self, content: Content, status: str) -> list[Problem]:
        """Problems of the whole after the change; but for a submission, which answers for all of
        them, only those that the change adds."""
        record, validate = self.record, self.context.validate
        strictness = "submitted" if status in ("submitted", "approved") else "draft"
        problems = validate(content.fields, content.sets, strictness)
        becomes = status == "submitted" and record.status != "submitted"
        if problems and not (self.operation.type == "submit" or becomes):
            old = [_name(problem) for problem in validate(record.fields, record.sets, strictness)]
            problems = [problem for problem in problems if _name(problem) not in old]
        return problems


def parked(reason: str, problems: list[Problem], record: Record | None) -> Parked:
    """The outcome, bearing the version of `record` if there is one."""
    return Parked(reason, tuple(problems), version=record.version if record else None)


def _name(problem: Problem) -> tuple[Any, Any]:
    return problem.get("field"), problem.get("code")
