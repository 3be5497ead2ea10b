from __future__ import annotations

from typing import Any

from sync import digest
from sync.fields import MergePolicy
from sync.view import apply_operation, content_of, elements_of, seen_elements
from tests.simulation.rules import POLICY
from tests.sync.vectors import envelope

LINE = {"id": "l1", "text": "a"}
ROW: dict[str, Any] = {
    "kind": "broadcast", "kind_version": 1, "version": 3, "status": "draft",
    "fields": {"title": "a", "note": "n"}, "extra": {}, "sets": {"lines": [LINE]},
    "evidence": [{"sha256": "f", "size": 1, "verified": False, "offset": 10}],
}  # fmt: skip


def test_fields_sets_and_status_as_the_person_left_them() -> None:
    wire = envelope(
        type="submit", set={"title": "b", "note": None, "mood": "fine"},
        add={"evidence": [{"sha256": "g", "size": 2}], "lines": [{"id": "l1", "text": "b"}]},
        remove={"evidence": ["f"]},
    )  # fmt: skip
    seen = apply_operation(ROW, wire, POLICY)
    assert (seen["fields"], seen["extra"]) == ({"title": "b"}, {"mood": "fine"})
    assert elements_of(seen, "evidence") == [{"sha256": "g", "size": 2}]
    assert elements_of(seen, "lines") == [{"id": "l1", "text": "b"}]
    assert seen["status"] == "submitted"
    assert ROW["fields"] == {"title": "a", "note": "n"}, "the row itself stays"


def test_a_field_stays_where_the_server_has_it() -> None:
    """An older app does not know `note`, a newer one knows `mood`: neither may stand twice."""
    row = {**ROW, "extra": {"mood": "fine"}}
    older = MergePolicy((), POLICY.set_fields, frozenset({"title"}))
    seen = apply_operation(row, envelope(set={"note": "m", "mood": "good"}), older)
    assert (seen["fields"], seen["extra"]) == ({"title": "a", "note": "m"}, {"mood": "good"})
    newer = MergePolicy((), POLICY.set_fields, POLICY.known_fields | {"mood"})
    seen = apply_operation(row, envelope(set={"mood": "good"}), newer)
    assert (seen["fields"], seen["extra"]) == (ROW["fields"], {"mood": "good"})


def test_a_new_activity_is_a_draft() -> None:
    seen = apply_operation(None, envelope(type="create", set={"title": "a"}), POLICY)
    assert (seen["status"], seen["version"], seen["fields"]) == ("draft", 0, {"title": "a"})


def test_what_the_server_shows_of_a_photo_is_not_content() -> None:
    content = content_of(ROW, POLICY)
    assert content[2]["evidence"] == {"f": {"sha256": "f", "size": 1}}
    assert len(digest.content_digest(*content)) == 16


def test_only_elements_that_can_change_were_seen() -> None:
    photo, line = {"sha256": "f"}, {"id": "l1", "text": "b"}
    add = {"evidence": [photo], "lines": [line, {"id": "l2"}]}
    assert seen_elements(ROW, POLICY, add, {}) == {"lines": {"l1": LINE}}


CONFLICT = {
    "id": "c", "kind": "fields", "type": "edit",
    "fields": [
        {"field": "title", "current": "a", "mine": "b", "was": None},
        {"field": "evidence", "current": [], "mine": {"add": [{"sha256": "f9"}], "remove": []},
         "was": None},
    ],
}  # fmt: skip


def decide(choice: str, conflict: dict[str, Any] = CONFLICT, **patch: Any) -> Any:
    row = {**ROW, "conflicts": [conflict, {**CONFLICT, "id": "other"}]}
    answer = envelope(type="resolve", resolve={"conflict": "c", "choice": choice}, **patch)
    return apply_operation(row, answer, POLICY)


def test_who_decides_sees_what_was_chosen_and_the_question_is_gone() -> None:
    taken = decide("proposed")
    assert taken["fields"]["title"] == "b"
    assert "f9" in [photo["sha256"] for photo in taken["evidence"]]
    for seen in (taken, decide("current"), decide("values", set={"title": "c"})):
        assert [conflict["id"] for conflict in seen["conflicts"]] == ["other"]
        assert seen["status"] == ROW["status"]
    assert decide("current")["fields"] == ROW["fields"]
    assert decide("values", set={"title": "c"})["fields"]["title"] == "c"
    assert decide("proposed", {**CONFLICT, "type": "withdraw", "fields": []})["status"] == (
        "withdrawn"
    )


def test_a_decision_on_what_is_no_more_asked_changes_nothing_in_view() -> None:
    answer = envelope(type="resolve", resolve={"conflict": "gone", "choice": "proposed"})
    assert apply_operation(ROW, answer, POLICY)["fields"] == ROW["fields"]
