"""What one operation does to one record: the whole table of PROTOCOL.md 5 and 6, and nothing else.

Pure: the same arguments give the same result on every machine, for ever. Not here: whether the
operation was here before or comes too early (`admission`), locks, storing, counters.
"""

from __future__ import annotations

from dataclasses import replace

from sync import outcome as outcomes
from sync.conflict import Conflict, FieldValue
from sync.content import UnfitPatch, merge_content, proposals
from sync.errors import Problem
from sync.fields import MergePolicy
from sync.meeting import Context, Meeting, Reconciled, parked
from sync.operation import Operation
from sync.outcome import Applied, Conflicted, Parked, Retry
from sync.record import OPEN, Record, Status
from sync.resolve import resolve

__all__ = ["Conflict", "Context", "FieldValue", "Reconciled", "reconcile"]


def reconcile(
    record: Record | None, operation: Operation, policy: MergePolicy, context: Context
) -> Reconciled:
    """Apply `operation` to `record` (None: no such activity), by the rules of its type."""
    allowed = context.may_write or (operation.type == "resolve" and context.may_review)
    if not allowed:
        return Reconciled(Parked(outcomes.NO_PERMISSION), record)
    try:
        if operation.type == "create":
            return _create(record, operation, policy, context)
        if record is None:
            return Reconciled(Retry(outcomes.UNKNOWN_ACTIVITY), None)
        return _meet(Meeting(record, operation, policy, context))
    except UnfitPatch as unfit:
        return Reconciled(parked(outcomes.INVALID, unfit.problems, record), record)


def _create(
    record: Record | None, operation: Operation, policy: MergePolicy, context: Context
) -> Reconciled:
    if record is not None:
        # The same create again is recognised by its operation id; this is another one.
        return Reconciled(parked(outcomes.ACTIVITY_REUSE, [], record), record)
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
        return Reconciled(parked(outcomes.INVALID, problems, None), None)
    return Reconciled(Applied(version=1), new)


def _meet(meeting: Meeting) -> Reconciled:
    record, operation = meeting.record, meeting.operation
    if operation.scope != record.scope:
        return meeting.parked(outcomes.WRONG_SCOPE)
    if operation.kind != record.kind:
        return meeting.parked(outcomes.WRONG_KIND)
    if operation.type == "withdraw":
        return _withdraw(meeting)
    if operation.type == "resolve":
        return resolve(meeting)
    values = proposals(record, operation, meeting.policy)
    if record.status in OPEN:
        return _change(meeting, values)
    return _change_closed(meeting, values)


def _withdraw(meeting: Meeting) -> Reconciled:
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


def _change_closed(meeting: Meeting, values: tuple[FieldValue, ...]) -> Reconciled:
    """An edit or submission meets a record that is approved, rejected or withdrawn."""
    status = meeting.record.status
    submits = meeting.operation.type == "submit"
    if not values and (not submits or status == "approved"):
        return meeting.unchanged()
    if status == "rejected":
        return meeting.parked(outcomes.APPEAL)
    # Whatever the base: what was approved changes only by an accepted amendment (I10).
    return meeting.conflict("amendment" if status == "approved" else "withdrawal", values)


def _change(meeting: Meeting, values: tuple[FieldValue, ...]) -> Reconciled:
    """An edit or submission meets a record that is open."""
    record, operation = meeting.record, meeting.operation
    merged = merge_content(record, operation, meeting.policy)
    status: Status = "submitted" if operation.type == "submit" else record.status  # type: ignore[assignment]
    problems = meeting.new_problems(merged.content, status)
    if problems:
        # Each side may be valid alone: then nobody is wrong, and both are kept.
        if meeting.moved and values and not _own_problems(meeting):
            return meeting.conflict("invalid", values, problems)
        return meeting.parked(outcomes.INVALID, problems)
    after = meeting.changed(merged.content, status)
    kept = Conflict("fields", operation.id, merged.kept, operation.type)
    conflicts = (kept,) if merged.kept else ()
    if conflicts:
        return Reconciled(Conflicted(None, (), conflicts, after.version), after, conflicts)
    return meeting.unchanged() if after is record else meeting.took(after)


def _own_problems(meeting: Meeting) -> list[Problem]:
    """Problems of the patch by itself."""
    known = meeting.policy.known_fields
    patch = {
        name: value
        for name, value in meeting.operation.set.items()
        if name in known and value is not None
    }
    return meeting.context.validate(patch, {}, "draft")
