"""What a phone writes down of a patch, and several parked edits as one."""

from __future__ import annotations

from typing import Any

import pytest

from sync.envelope import again, may_join, widened
from sync.operation import parse_operation
from tests.simulation.rules import KIND, POLICY
from tests.sync.vectors import SCOPE, id_of


def edit(number: int, **members: Any) -> dict[str, Any]:
    about = {"activity": id_of(0xA), "scope": SCOPE, "kind": KIND, "kind_version": 1, "base": 2,
             "incarnation": "life", "captured": None, "after": None}  # fmt: skip
    nothing: dict[str, Any] = {"set": {}, "was": {}, "add": {}, "remove": {}}
    return {"id": id_of(number), "type": "edit", "n": number, **about, **nothing, **members}


def line(id: str, text: str) -> dict[str, str]:
    return {"id": id, "text": text}


def joined(*parked: dict[str, Any], **set: Any) -> dict[str, Any]:
    return again(parked, POLICY, id=id_of(0x99), n=9, after=id_of(1), set=set, scope=None)


def test_a_patch_names_its_whole_group_and_what_was_seen() -> None:
    set, was = widened(POLICY, {"lat": 11, "title": "b"}, {"lat": 10, "lon": 107})
    assert set == {"lat": 11, "lon": 107, "title": "b"}
    assert was == {"lat": 10, "lon": 107, "title": None}


def test_one_answers_all_whose_content_it_has_joined() -> None:
    first = edit(2, set={"count": 300, "title": "b"}, was={"count": 2, "title": "a"})
    later = edit(3, set={"title": "c", "note": "n"}, was={"title": "b", "note": None})
    made = joined(first, later, edit(4, set={"note": "m"}, was={"note": "n"}), count=30)
    assert made["set"] == {"count": 30, "title": "c", "note": "m"}
    assert made["was"] == {"count": 2, "title": "a", "note": None}  # as the first of them saw it
    assert (made["instead"], made["also"]) == (id_of(2), [id_of(3), id_of(4)])
    assert (made["id"], made["n"], made["after"], made["base"]) == (id_of(0x99), 9, id_of(1), 2)
    assert parse_operation(made).replaces == (id_of(2), id_of(3), id_of(4))


def test_a_submission_among_them_makes_it_one() -> None:
    assert joined(edit(2), edit(3, type="submit"))["type"] == "submit"
    assert joined(edit(2, type="submit"), edit(3))["type"] == "submit"


def test_elements_come_and_go_as_the_last_of_them_wished() -> None:
    first = edit(2, add={"lines": [line("x", "1"), line("y", "1")]}, remove={"lines": ["z"]},
                 was={"lines": {"x": line("x", "0"), "z": line("z", "0")}})  # fmt: skip
    later = edit(3, add={"lines": [line("x", "2"), line("z", "2")]}, remove={"lines": ["y"]},
                 was={"lines": {"x": line("x", "1"), "y": line("y", "1")}})  # fmt: skip
    made = joined(first, later)
    assert made["add"] == {"lines": [line("x", "2"), line("z", "2")]}
    assert made["remove"] == {"lines": ["y"]}
    assert made["was"]["lines"]["x"] == line("x", "0")


def test_one_alone_names_no_other() -> None:
    made = joined(edit(2, set={"title": "b"}))
    assert "also" not in made
    assert made["instead"] == id_of(2)


@pytest.mark.parametrize(
    "other", [{"type": "create"}, {"type": "withdraw"}, {"scope": "commune:other"},
              {"activity": id_of(0xB)}, {"kind_version": 2}],
)  # fmt: skip
def test_what_no_form_holds_together(other: dict[str, Any]) -> None:
    assert may_join(edit(2), edit(3, type="submit"))
    assert not may_join(edit(2), edit(3, **other))
