"""Operations of every version, made into those of today: a kind with three versions, protocols."""

from __future__ import annotations

from typing import Any

import pytest

from sync.codec import sha256_hex
from sync.errors import OperationError
from sync.operation import parse_operation
from sync.record import Record
from sync.upcast import KindHistory, TooOld, read_operation, upcast_operation, upcast_record
from tests.sync.vectors import SCOPE, id_of

#: title -> heading (2) -> name (3); seats came as chairs and were renamed in 3 only.
HISTORY = KindHistory(3, 1, {2: {"title": "heading"}, 3: {"heading": "name", "chairs": "seats"}})


def wire(version: int = 1, **members: Any) -> dict[str, Any]:
    return {
        "id": id_of(1), "activity": id_of(2), "type": "edit", "scope": SCOPE, "kind": "talk",
        "kind_version": version, "base": 1, **members,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("version", "sent", "today"),
    [
        (1, {"title": "a", "chairs": 3, "note": "n"}, {"name": "a", "seats": 3, "note": "n"}),
        (2, {"heading": "a", "chairs": 3}, {"name": "a", "seats": 3}),
        (3, {"name": "a", "seats": 3}, {"name": "a", "seats": 3}),
        (4, {"name": "a", "colour": "red"}, {"name": "a", "colour": "red"}),  # a newer app
    ],
)
def test_fields_bear_their_names_of_today(
    version: int, sent: dict[str, Any], today: dict[str, Any]
) -> None:
    made = parse_operation(wire(version, set=sent, was=sent))
    now = upcast_operation(made, HISTORY)
    assert (now.set, now.was) == (today, today)
    assert now.kind_version == max(version, 3)
    assert now.hash == made.hash


def test_sets_are_renamed_too() -> None:
    history = KindHistory(2, 1, {2: {"photos": "evidence"}})
    made = parse_operation(wire(add={"photos": [{"sha256": "a"}]}, remove={"photos": ["b"]}))
    now = upcast_operation(made, history)
    assert now.add == {"evidence": ({"sha256": "a"},)}
    assert now.remove == {"evidence": ("b",)}


def test_a_value_under_the_new_name_is_newer() -> None:
    made = parse_operation(wire(set={"title": "old", "name": "new"}))
    assert upcast_operation(made, HISTORY).set == {"name": "new"}


def test_a_name_that_came_back_means_what_it_meant_then() -> None:
    history = KindHistory(3, 1, {2: {"a": "b"}, 3: {"b": "c"}})
    assert history.names_since(1) == {"a": "c", "b": "c"}
    assert history.names_since(2) == {"b": "c"}
    assert history.names_since(3) == {}


def test_what_is_too_old_is_said_to_be() -> None:
    with pytest.raises(TooOld):
        upcast_operation(parse_operation(wire(1)), KindHistory(3, 2))
    assert upcast_operation(parse_operation(wire(2)), KindHistory(3, 2)).kind_version == 3


def test_a_stored_record_is_understood_at_any_age() -> None:
    record = Record(id_of(2), SCOPE, "talk", 1, "an", "draft", 4, {"title": "a"},
                    {"chairs": {"x": {}}}, {"colour": "red"})  # fmt: skip
    now = upcast_record(record, KindHistory(3, 3, HISTORY.renamed))
    assert (now.fields, now.sets, now.extra) == (
        {"name": "a"}, {"seats": {"x": {}}}, {"colour": "red"},
    )  # fmt: skip
    assert (now.version, now.kind_version) == (4, 3)
    assert upcast_record(now, HISTORY) is now


def older(envelope: dict[str, Any]) -> dict[str, Any]:
    """What protocol 1 called `place`, protocol 2 calls `scope`."""
    made = dict(envelope)
    made["scope"] = made.pop("place")
    return made


def again(envelope: dict[str, Any]) -> dict[str, Any]:
    return {**envelope, "kind_version": int(envelope["kind_version"])}


def test_an_envelope_of_an_earlier_protocol() -> None:
    raw = wire(kind_version="2", place=SCOPE)
    del raw["scope"]
    read = read_operation(raw, {1: older, 2: again}, oldest=1, newest=3)
    assert (read.scope, read.kind_version) == (SCOPE, 2)
    assert read.hash == sha256_hex(raw)  # of the text as it was sent
    later = wire(protocol=2, kind_version="2")
    assert read_operation(later, {2: again}, oldest=1, newest=3).hash == sha256_hex(later)


@pytest.mark.parametrize(("protocol", "reason"), [(1, "too_old"), (4, "unsupported")])
def test_protocols_beyond_reach(protocol: int, reason: str) -> None:
    raw = {"id": id_of(1), "activity": id_of(2), "protocol": protocol, "other": "shape"}
    with pytest.raises(OperationError) as raised:
        read_operation(raw, {}, oldest=2, newest=3)
    assert raised.value.reason == reason
    assert (raised.value.id, raised.value.activity) == (id_of(1), id_of(2))
    with pytest.raises(OperationError) as raised:
        read_operation({"id": 7, "protocol": protocol}, {}, oldest=2, newest=3)
    assert (raised.value.reason, raised.value.id) == (reason, None)


def test_of_the_present_protocol_nothing_changes() -> None:
    raw = wire(set={"title": "a"})
    assert read_operation(raw) == parse_operation(raw) == read_operation({**raw}, newest=1)
    with pytest.raises(OperationError):
        read_operation("text")
    assert read_operation({**raw, "protocol": "one"}).id == id_of(1)  # an unknown member
