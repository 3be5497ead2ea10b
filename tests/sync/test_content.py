from __future__ import annotations

from typing import Any

import pytest

from sync.content import UnfitPatch, gather, merge_content, proposals
from sync.record import Record
from tests.simulation.rules import POLICY
from tests.sync.vectors import SCOPE, id_of, operation


def record(**members: Any) -> Record:
    values: dict[str, Any] = {"fields": {"title": "a"}, "sets": {}, "extra": {}, **members}
    return Record(id_of(99), SCOPE, "broadcast", 1, "an", "draft", 4, **values)


def test_known_and_unknown_fields_find_their_places() -> None:
    patch = operation(set={"title": "b", "mood": "fine"}, was={"title": "a"})
    content = merge_content(record(), patch, POLICY).content
    assert (content.fields, content.extra) == ({"title": "b"}, {"mood": "fine"})


def test_an_unknown_field_merges_like_any_other() -> None:
    patch = operation(set={"mood": "good"}, was={"mood": "bad"})
    merged = merge_content(record(extra={"mood": "fine"}), patch, POLICY)
    assert merged.content.extra == {"mood": "fine"}
    assert [(kept.field, kept.mine) for kept in merged.kept] == [("mood", "good")]


def test_an_element_changed_on_both_sides_is_kept_beside() -> None:
    theirs, mine, seen = ({"id": "l", "text": text} for text in "abc")
    patch = operation(add={"lines": [mine]}, was={"lines": {"l": seen}})
    merged = merge_content(record(sets={"lines": {"l": theirs}}), patch, POLICY)
    assert merged.content.sets == {"lines": {"l": theirs}}
    kept = merged.kept[0]
    assert (kept.current, kept.mine) == ([theirs], {"add": [mine], "remove": []})


def test_an_emptied_set_is_left_out() -> None:
    patch = operation(remove={"evidence": ["f"]})
    before = record(sets={"evidence": {"f": {"sha256": "f"}}})
    assert merge_content(before, patch, POLICY).content.sets == {}


@pytest.mark.parametrize(
    "members",
    [{"set": {"evidence": []}}, {"add": {"title": [{"id": "x"}]}}, {"add": {"lines": [{}]}}],
)
def test_a_patch_that_does_not_suit_the_kind(members: dict[str, Any]) -> None:
    with pytest.raises(UnfitPatch) as caught:
        merge_content(record(), operation(**members), POLICY)
    assert caught.value.problems[0]["vi"]


def test_proposals_are_what_would_be_otherwise() -> None:
    patch = operation(
        set={"title": "a", "note": "n"}, was={"title": "z"},
        add={"evidence": [{"sha256": "f"}]}, remove={"lines": ["gone already"]},
    )  # fmt: skip
    assert [value.field for value in proposals(record(), patch, POLICY)] == ["note", "evidence"]


def test_changes_of_an_unknown_set_are_gathered_once() -> None:
    first = gather(None, [{"id": "a"}], [])
    again = gather(first, [{"id": "a"}, {"id": "b"}], ["c"])
    assert again == {"add": [{"id": "a"}, {"id": "b"}], "remove": ["c"]}
