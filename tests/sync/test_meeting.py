"""What a meeting knows: whether the record moved on, and which problems a change answers for."""

from __future__ import annotations

from typing import Any

from sync.content import Content
from sync.meeting import Context, Meeting
from sync.record import Record
from tests.simulation.rules import POLICY, validate
from tests.sync.vectors import SCOPE, id_of, operation


def meeting(fields: dict[str, Any], **members: Any) -> Meeting:
    record = Record(id_of(99), SCOPE, "broadcast", 1, "an", "draft", 4, fields, {})
    return Meeting(record, operation(1, **members), POLICY, Context("an", True, validate))


def test_a_record_at_the_version_that_was_seen_has_not_moved() -> None:
    assert not meeting({}, base=4).moved
    assert meeting({}, base=3).moved


def test_an_edit_answers_only_for_problems_that_it_adds() -> None:
    edit = meeting({"count": 999}, base=4)
    assert edit.new_problems(Content({"count": 999, "note": "n"}, {}, {}), "draft") == []
    assert edit.new_problems(Content({"count": 999, "limit": 888}, {}, {}), "draft") != []


def test_who_submits_answers_for_the_whole() -> None:
    submission = meeting({"count": 3}, base=4, type="submit")
    problems = submission.new_problems(Content({"count": 3}, {}, {}), "submitted")
    assert [problem["field"] for problem in problems] == ["title"]


def test_the_same_content_and_status_leave_the_very_record() -> None:
    edit = meeting({"count": 3}, base=4)
    assert edit.changed(Content({"count": 3}, {}, {}), "draft") is edit.record
    assert edit.changed(Content({"count": 3}, {}, {}), "submitted").version == 5
