from __future__ import annotations

from typing import Any

import pytest

from sync.codec import sha256_hex
from sync.errors import OperationError
from sync.limits import OPERATION_BYTES_MAX
from sync.operation import SERVER_OWNED, parse_operation
from tests.sync.vectors import envelope, id_of


def refusal(raw: object) -> OperationError:
    with pytest.raises(OperationError) as caught:
        parse_operation(raw)
    return caught.value


def test_an_envelope_is_read_whole() -> None:
    raw = envelope(type="create", set={"title": "Xã"}, add={"evidence": [{"sha256": "f"}]})
    operation = parse_operation(raw)
    assert operation.to_wire() == raw
    assert operation.hash == sha256_hex(raw)
    assert operation.add["evidence"] == ({"sha256": "f"},)


def test_members_with_a_default_may_be_missing() -> None:
    needed = ("id", "activity", "type", "scope", "kind", "kind_version")
    raw = {name: envelope()[name] for name in needed}
    assert parse_operation(raw).set == {}
    for name in needed:
        without = {key: value for key, value in raw.items() if key != name}
        assert refusal(without).problems[0]["field"] == name


def test_members_of_a_newer_app_are_let_through_and_hashed() -> None:
    newer = envelope(mood="fine")
    assert parse_operation(newer).hash == sha256_hex(newer) != parse_operation(envelope()).hash


@pytest.mark.parametrize(
    "members",
    [
        {"id": "42"}, {"id": id_of(0xA).upper()}, {"activity": "none"}, {"type": "delete"},
        {"scope": "everything"}, {"scope": 3}, {"kind": "Loud Speaker"}, {"kind_version": 0},
        {"kind_version": True}, {"kind_version": "1"}, {"base": -1}, {"base": 1.5},
        {"set": []}, {"set": {"Title": 1}}, {"was": "x"}, {"add": {"evidence": {}}},
        {"add": {"evidence": ["f1"]}}, {"remove": {"evidence": [1]}}, {"after": "x"},
        {"n": -1}, {"captured": []}, {"resolve": 1}, {"incarnation": 5},
        {"set": {"a": {"b": {"c": {"d": {"e": {"f": {"g": 1}}}}}}}},
        {"set": {"a": float("nan")}}, {"set": {"a": 2**60}}, {"set": {"a": "\ud800"}},
        {"set": {f"f{i}": 1 for i in range(201)}}, {"type": "create", "base": 3},
    ],
)  # fmt: skip
def test_a_broken_envelope_is_malformed(members: dict[str, Any]) -> None:
    error = refusal(envelope(**members))
    assert error.reason == "malformed"
    assert all(problem["vi"] and problem["en"] for problem in error.problems)


@pytest.mark.parametrize("raw", [None, 3, "text", [], [envelope()]])
def test_what_is_no_object_is_malformed(raw: object) -> None:
    assert refusal(raw).reason == "malformed"


@pytest.mark.parametrize("name", sorted(SERVER_OWNED))
def test_what_only_the_server_writes_is_refused(name: str) -> None:
    error = refusal(envelope(set={name: "approved"}))
    assert error.reason == "server_owned"
    assert error.problems[0]["field"] == name


def test_a_phone_does_not_verify_its_own_photo() -> None:
    error = refusal(envelope(add={"evidence": [{"sha256": "f", "verified": True}]}))
    assert error.reason == "server_owned"


def test_the_verdict_finds_its_way_back() -> None:
    error = refusal(envelope(kind_version="x"))
    assert (error.id, error.activity) == (id_of(1), id_of(99))
    assert refusal(envelope(id="x")).id is None


def test_all_problems_are_told_at_once() -> None:
    error = refusal(envelope(kind_version="x", n=-1, set=3))
    assert [problem["field"] for problem in error.problems] == ["kind_version", "set", "n"]


def test_a_book_is_too_large() -> None:
    assert refusal(envelope(set={"a": "x" * OPERATION_BYTES_MAX})).reason == "too_large"
