"""Deciding on a conflict: who may, what each choice does, and what a second answer means.

The first answer ends the conflict. What it wants meets the record like an edit made on what was
shown, so a value that nobody had seen is never overwritten: it stands, and what was wanted is
kept in a new conflict. Pure, like `reconcile`, which calls it. Not here: opening conflicts, and
where they are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from sync import outcome as outcomes
from sync.codec import same
from sync.conflict import Choice, Conflict, FieldValue, Kind, Resolution, Standing, resolver
from sync.content import merge_content, proposals
from sync.errors import Problem
from sync.fields import MergePolicy
from sync.meeting import Meeting, Reconciled
from sync.operation import Operation
from sync.outcome import Applied, Conflicted, Parked, Retry
from sync.record import OPEN, Record

#: What a choice that keeps another out is told as.
_KIND: Mapping[str, Kind] = {"approved": "amendment", "withdrawn": "withdrawal"}


def resolve(meeting: Meeting) -> Reconciled:
    """What an operation of type `resolve` does. An outcome `parked` leaves the conflict open."""
    record, standing = meeting.record, meeting.context.standing
    if standing is None:
        return Reconciled(Retry(outcomes.UNKNOWN_CONFLICT, version=record.version), record)
    if not _may_decide(meeting, standing):
        return Reconciled(Parked(outcomes.NO_PERMISSION), record)
    choice = _choice(meeting.operation)
    problems = _unfit(meeting, standing.conflict, choice)
    if problems:
        return meeting.parked(outcomes.INVALID, problems)
    if standing.resolution is not None:
        return _answer_again(meeting, standing.conflict, standing.resolution, choice)
    if choice == "current":
        # Merged, if others wrote since: who goes on from here has not seen that
        done = meeting.took(record)
    elif record.status == "rejected":
        return meeting.parked(outcomes.APPEAL)
    else:
        done = _accept(meeting, standing.conflict, choice)
    if isinstance(done.outcome, Parked):
        return done
    typed = meeting.operation.set if choice == "values" else {}
    return replace(done, resolution=Resolution(meeting.operation.id, choice, dict(typed)))


def patch_of(
    values: Sequence[FieldValue], choice: str, typed: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """What taking a conflict's `choice` sets, adds and removes: by field, as in an operation."""
    if choice == "values":
        return dict(typed), {}, {}
    if choice == "current":
        return {}, {}, {}
    plain = {value.field: value.mine for value in values if not value.is_set}
    add = {v.field: tuple(v.mine["add"]) for v in values if v.is_set}
    remove = {v.field: tuple(v.mine["remove"]) for v in values if v.is_set}
    return plain, add, remove


def _choice(operation: Operation) -> Choice:
    return cast("Choice", (operation.resolve or {}).get("choice"))


def _may_decide(meeting: Meeting, standing: Standing) -> bool:
    """The author between their own phones; else a reviewer, who never decides on their own work."""
    context, record = meeting.context, meeting.record
    if context.may_review and context.author not in (record.author, standing.author):
        return True
    by = resolver(standing.author, record.author, record.status)
    return by == "author" and context.author == record.author and context.may_write


def _unfit(meeting: Meeting, conflict: Conflict, choice: Choice) -> list[Problem]:
    """Typed values answer the question that was asked. Only where both sides together were not
    valid may the answer lie in another field."""
    if choice != "values":
        return []
    operation = meeting.operation
    named = [*operation.set, *operation.add, *operation.remove]
    if conflict.type == "withdraw" or not named:
        vi, en = "Chọn giữ nguyên hoặc nhận đề nghị.", "Choose what stands or what is proposed."
        return [{"field": "resolve.choice", "code": "choice", "vi": vi, "en": en}]
    if conflict.kind == "invalid":
        return []
    group_of = meeting.policy.group_of
    asked = {name for value in conflict.values for name in group_of(value.field)}
    vi, en = "Mục này không có trong chỗ cần quyết định.", "The conflict is not about this field."
    return [
        {"field": name, "code": "not_in_conflict", "vi": vi, "en": en}
        for name in named
        if name not in asked
    ]


def _accept(meeting: Meeting, conflict: Conflict, choice: Choice) -> Reconciled:
    record = meeting.record
    if conflict.type == "withdraw":
        return _withdraw(meeting)
    wanted = replace(meeting, operation=_edit(meeting, conflict, choice))
    if record.status == "withdrawn":
        if conflict.kind == "withdrawal" and not meeting.moved:
            stands_again = "submitted" if conflict.type == "submit" else "draft"
            return _put(wanted, conflict, stands_again)
        return _keep(wanted, conflict)
    if record.status in OPEN and conflict.type == "submit" and conflict.kind != "fields":
        return _put(wanted, conflict, "submitted")  # all of it was kept aside, submitting too
    return _put(wanted, conflict, record.status)


def _withdraw(meeting: Meeting) -> Reconciled:
    record = meeting.record
    if record.status == "withdrawn":
        return meeting.unchanged()
    if meeting.moved:
        return meeting.conflict(_KIND.get(record.status, "withdrawal"), (), type="withdraw")
    return meeting.took(replace(record, status="withdrawn", version=record.version + 1))


def _put(meeting: Meeting, conflict: Conflict, status: str) -> Reconciled:
    """Put what is wanted on the record. On approved content all of it or nothing."""
    record, operation = meeting.record, meeting.operation
    merged = merge_content(record, operation, meeting.policy)
    if merged.kept and record.status not in OPEN:
        return _keep(meeting, conflict)
    problems = meeting.new_problems(merged.content, status)
    if problems:
        return meeting.parked(outcomes.INVALID, problems)
    after = meeting.changed(merged.content, status)
    if status == "approved" and after is not record:
        after = replace(after, approved_version=after.version)
    if merged.kept:
        opened = (Conflict("fields", operation.id, merged.kept),)
        return Reconciled(Conflicted(None, (), opened, after.version), after, opened)
    return meeting.unchanged() if after is record else meeting.took(after)


def _keep(meeting: Meeting, conflict: Conflict) -> Reconciled:
    """What is wanted does not go in: it stands beside the record again."""
    record = meeting.record
    values = proposals(record, meeting.operation, meeting.policy)
    if not values and record.status != "withdrawn":
        return meeting.unchanged()
    return meeting.conflict(_KIND.get(record.status, "fields"), values, type=conflict.type)


def _edit(meeting: Meeting, conflict: Conflict, choice: Choice) -> Operation:
    """The resolution as a patch on what was shown."""
    operation = meeting.operation
    if choice == "values":
        set, add, remove = operation.set, operation.add, operation.remove
    else:
        set, add, remove = patch_of(conflict.values, choice, {})
    shown = _shown(operation, conflict, meeting.policy)
    return replace(operation, set=set, add=add, remove=remove, was=shown)


def _shown(operation: Operation, conflict: Conflict, policy: MergePolicy) -> dict[str, Any]:
    """What was before the eyes: as the operation tells it, otherwise as the conflict showed it."""
    shown: dict[str, Any] = {}
    for value in conflict.values:
        key = policy.set_fields.get(value.field)
        if key is not None:
            shown[value.field] = {element[key]: element for element in value.current or ()}
        elif not value.is_set:
            shown[value.field] = value.current
    return {**shown, **operation.was}


def _answer_again(
    meeting: Meeting, conflict: Conflict, first: Resolution, choice: Choice
) -> Reconciled:
    """Somebody was quicker. The same answer has nothing to do; another one asks people again."""
    record, operation = meeting.record, meeting.operation
    agreed = choice == first.choice and (choice != "values" or same(operation.set, first.values))
    wanted = _Wanted.by(meeting, conflict, choice)
    if agreed or not wanted.differs(record):
        return Reconciled(Applied(outcomes.ALREADY_SO, version=record.version), record)
    if record.status == "rejected":
        return meeting.parked(outcomes.APPEAL)
    kind = _KIND.get(record.status, "withdrawal" if wanted.withdrawn else "fields")
    return meeting.conflict(kind, wanted.values, type=wanted.type)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """How somebody who came second would have the record otherwise."""

    withdrawn: bool
    values: tuple[FieldValue, ...]
    type: str

    def differs(self, record: Record) -> bool:
        if self.withdrawn or record.status == "withdrawn":
            return self.withdrawn != (record.status == "withdrawn")
        return bool(self.values)

    @staticmethod
    def by(meeting: Meeting, conflict: Conflict, choice: Choice) -> _Wanted:
        takes = choice != "current"
        asks_to_withdraw = conflict.type == "withdraw"
        met_a_withdrawn = conflict.kind == "withdrawal" and not asks_to_withdraw
        if (takes and asks_to_withdraw) or (not takes and met_a_withdrawn):
            return _Wanted(True, (), "withdraw")
        values = _otherwise(meeting, conflict, choice)
        return _Wanted(False, values, conflict.type if takes else "edit")


def _otherwise(meeting: Meeting, conflict: Conflict, choice: Choice) -> tuple[FieldValue, ...]:
    """The fields in which the answer would have the record otherwise, whatever it was made on."""
    edit = _edit(meeting, conflict, choice)
    shown = edit.was
    if choice == "current":
        edit = replace(edit, **_as_shown(conflict, shown, meeting.policy))
    record = meeting.record
    now = {**record.extra, **record.fields}
    values = proposals(
        record, replace(edit, was={name: now.get(name) for name in edit.set}), meeting.policy
    )
    return tuple(replace(value, was=shown.get(value.field)) for value in values)


def _as_shown(conflict: Conflict, shown: Mapping[str, Any], policy: MergePolicy) -> dict[str, Any]:
    """A patch that puts back what was shown."""
    back: dict[str, Any] = {"set": {}, "add": {}, "remove": {}}
    for value in conflict.values:
        key = policy.set_fields.get(value.field)
        if key is not None:
            seen = shown.get(value.field) or {}
            back["add"][value.field] = tuple(seen.values())
            added = [element[key] for element in value.mine["add"]]
            back["remove"][value.field] = tuple(id for id in added if id not in seen)
        elif not value.is_set:
            back["set"][value.field] = shown.get(value.field)
    return back
