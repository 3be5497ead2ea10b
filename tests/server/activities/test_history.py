"""What a line of history says."""

from __future__ import annotations

from dataclasses import replace

from server.activities.history import detail
from sync.outcome import Applied, Conflicted
from sync.record import Record
from tests.factories.activities import make_operation, photo

BEFORE = Record(
    id="a", scope="commune:c", kind="k", kind_version=1, author="x", status="draft", version=1,
    fields={"note": "cũ", "minutes": 5}, sets={"evidence": {"p": photo("p")}},
)  # fmt: skip


def test_changed_fields_with_both_values() -> None:
    after = replace(BEFORE, fields={"note": "mới", "place": "chợ"}, status="submitted")
    found = detail(BEFORE, after, make_operation("submit"), Applied(version=2))
    assert found["changes"] == {
        "note": {"before": "cũ", "after": "mới"},
        "minutes": {"before": 5, "after": None},
        "place": {"before": None, "after": "chợ"},
    }
    assert (found["outcome"], found["status"]) == ("applied", "submitted")
    assert "sets" not in found


def test_photos_that_came_and_went() -> None:
    after = replace(BEFORE, sets={"evidence": {"q": photo("q")}})
    found = detail(BEFORE, after, make_operation("edit"), Applied(version=2))
    assert found["sets"] == {"evidence": {"added": ["q"], "removed": ["p"]}}


def test_a_new_activity_begins_with_its_values() -> None:
    found = detail(None, BEFORE, make_operation(), Applied(version=1))
    assert found["changes"]["note"] == {"before": None, "after": "cũ"}


def test_a_reason_is_told() -> None:
    found = detail(BEFORE, BEFORE, make_operation("edit"), Conflicted("why"))
    assert (found["reason"], found["changes"]) == ("why", {})
