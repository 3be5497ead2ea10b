"""What one operation does to one record: the whole table of PROTOCOL.md 5 and 6, and nothing else.

Pure: the same arguments give the same result on every machine, for ever. Not here: whether the
operation was here before or comes too early (`admission`), locks, storing, counters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sync import outcome as outcomes
from sync.admission import seen_version
from sync.conflict import Conflict, FieldValue, Kind
from sync.content import Content, UnfitPatch, merge_content, proposals
from sync.errors import Problem
from sync.fields import MergePolicy
from sync.operation import Operation
from sync.outcome import Applied, Conflicted, Merged, Outcome, Parked, Retry
from sync.record import OPEN, Record, Status

__all__ = ["Conflict", "Context", "FieldValue", "Reconciled", "reconcile"]

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
    """

    author: str
    may_write: bool
    validate: Validate
    open_conflict: bool = False
    predecessor: Outcome | None = None
    incarnation: str | None = None


@dataclass(frozen=True)
class Reconciled:
    """`record` is the state afterwards: the very same object if nothing changed.

    `conflicts` are to be opened beside the record; they also stand in the outcome.
    """

    outcome: Outcome
    record: Record | None
    conflicts: tuple[Conflict, ...] = ()


def reconcile(
    record: Record | None, operation: Operation, policy: MergePolicy, context: Context
) -> Reconciled:
    """Apply `operation` to `record` (None: no such activity), by the rules of its type."""
    if not context.may_write:
        return Reconciled(Parked(outcomes.NO_PERMISSION), record)
    try:
        if operation.type == "create":
            return _create(record, operation, policy, context)
        if record is None:
            return Reconciled(Retry(outcomes.UNKNOWN_ACTIVITY), None)
        return _meet(_Meeting(record, operation, policy, context))
    except UnfitPatch as unfit:
        return Reconciled(_parked(outcomes.INVALID, unfit.problems, record), record)


@dataclass(frozen=True)
class _Meeting:
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
        return Reconciled(_parked(reason, problems or [], self.record), self.record)

    def unchanged(self) -> Reconciled:
        reason = outcomes.ALREADY_SO if self.moved else None
        return Reconciled(Applied(reason, version=self.record.version), self.record)

    def conflict(
        self, kind: Kind, values: tuple[FieldValue, ...], problems: list[Problem] | None = None
    ) -> Reconciled:
        """All of the operation is kept beside the record, which stays as it is."""
        conflicts = (Conflict(kind, self.operation.id, values),)
        outcome = Conflicted(None, tuple(problems or ()), conflicts, self.record.version)
        return Reconciled(outcome, self.record, conflicts)


def _create(
    record: Record | None, operation: Operation, policy: MergePolicy, context: Context
) -> Reconciled:
    if record is not None:
        # The same create again is recognised by its operation id; this is another one.
        return Reconciled(_parked(outcomes.ACTIVITY_REUSE, [], record), record)
    new = Record(
        id=operation.activity,
        scope=operation.scope,
        kind=operation.kind,
        kind_version=operation.kind_version,
        author=context.author,
        status="draft",
        version=1,
        fields={},
        sets={},
    )
    # `was` means nothing for an activity that was not there.
    patch = replace(operation, was={}) if operation.was else operation
    content = merge_content(new, patch, policy).content
    new = replace(new, fields=content.fields, sets=content.sets, extra=content.extra)
    problems = context.validate(new.fields, new.sets, "draft")
    if problems:
        return Reconciled(_parked(outcomes.INVALID, problems, None), None)
    return Reconciled(Applied(version=1), new)


def _meet(meeting: _Meeting) -> Reconciled:
    record, operation = meeting.record, meeting.operation
    if operation.scope != record.scope:
        return meeting.parked(outcomes.WRONG_SCOPE)
    if operation.kind != record.kind:
        return meeting.parked(outcomes.WRONG_KIND)
    if operation.type == "withdraw":
        return _withdraw(meeting)
    if operation.type == "resolve":
        return Reconciled(Retry(outcomes.UNSUPPORTED, version=record.version), record)
    values = proposals(record, operation, meeting.policy)
    if record.status in OPEN:
        return _change(meeting, values)
    return _change_closed(meeting, values)


def _withdraw(meeting: _Meeting) -> Reconciled:
    record = meeting.record
    if record.status == "withdrawn":
        return meeting.unchanged()
    if record.status == "rejected":
        return meeting.parked(outcomes.APPEAL)
    if record.status == "approved":
        return meeting.conflict("amendment", ())
    if meeting.moved:
        # The one who withdraws has not seen what would go with it.
        return meeting.conflict("withdrawal", ())
    after = replace(record, status="withdrawn", version=record.version + 1)
    return Reconciled(Applied(version=after.version), after)


def _change_closed(meeting: _Meeting, values: tuple[FieldValue, ...]) -> Reconciled:
    """An edit or submission meets a record that is approved, rejected or withdrawn."""
    status = meeting.record.status
    submits = meeting.operation.type == "submit"
    if not values and (not submits or status == "approved"):
        return meeting.unchanged()
    if status == "rejected":
        return meeting.parked(outcomes.APPEAL)
    # Whatever the base: what was approved changes only by an accepted amendment (I10).
    return meeting.conflict("amendment" if status == "approved" else "withdrawal", values)


def _change(meeting: _Meeting, values: tuple[FieldValue, ...]) -> Reconciled:
    """An edit or submission meets a record that is open."""
    record, operation = meeting.record, meeting.operation
    merged = merge_content(record, operation, meeting.policy)
    status: Status = "submitted" if operation.type == "submit" else record.status  # type: ignore[assignment]
    problems = _new_problems(meeting, merged.content, status)
    if problems:
        # Each side may be valid alone: then nobody is wrong, and both are kept.
        if meeting.moved and values and not _own_problems(meeting):
            return meeting.conflict("invalid", values, problems)
        return meeting.parked(outcomes.INVALID, problems)
    after = _changed(meeting, merged.content, status)
    conflicts = (Conflict("fields", operation.id, merged.kept),) if merged.kept else ()
    if conflicts:
        return Reconciled(Conflicted(None, (), conflicts, after.version), after, conflicts)
    if after is record:
        return meeting.unchanged()
    kind = Merged if meeting.moved else Applied
    return Reconciled(kind(version=after.version), after)


def _changed(meeting: _Meeting, content: Content, status: Status) -> Record:
    record = meeting.record
    if content.equals(record) and status == record.status:
        return record
    return replace(
        record,
        kind_version=max(record.kind_version, meeting.operation.kind_version),
        fields=content.fields,
        sets=content.sets,
        extra=content.extra,
        status=status,
        version=record.version + 1,
    )


def _new_problems(meeting: _Meeting, content: Content, status: str) -> list[Problem]:
    """Problems of the whole after the change; an edit answers only for those that it adds."""
    record, validate = meeting.record, meeting.context.validate
    strictness = "submitted" if status == "submitted" else "draft"
    problems = validate(content.fields, content.sets, strictness)
    if problems and meeting.operation.type == "edit":
        old = [_name(problem) for problem in validate(record.fields, record.sets, strictness)]
        problems = [problem for problem in problems if _name(problem) not in old]
    return problems


def _own_problems(meeting: _Meeting) -> list[Problem]:
    """Problems of the patch by itself."""
    known = meeting.policy.known_fields
    patch = {
        name: value
        for name, value in meeting.operation.set.items()
        if name in known and value is not None
    }
    return meeting.context.validate(patch, {}, "draft")


def _name(problem: Problem) -> tuple[Any, Any]:
    return problem.get("field"), problem.get("code")


def _parked(reason: str, problems: list[Problem], record: Record | None) -> Parked:
    return Parked(reason, tuple(problems), version=record.version if record else None)
