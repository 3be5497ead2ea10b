"""JSON that any of our databases and phones can hold, and no other."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from server.http.decode import DEPTH_MAX, INTEGER_MAX, StrictJsonError, check, loads
from tests.server.http.test_body import POISON


@pytest.mark.parametrize("poison", POISON)
def test_poison_is_refused(poison: bytes) -> None:
    with pytest.raises(StrictJsonError):
        loads(poison)


@pytest.mark.parametrize(
    "value",
    [{"tên": "Lò Thị Mai 😀"}, [None, True, 1.5, -INTEGER_MAX], "", {}, [[[[[[[[]]]]]]]]],
)
def test_the_rest_comes_through_unchanged(value: object) -> None:
    assert loads(json.dumps(value)) == value
    assert loads(json.dumps(value, ensure_ascii=False).encode()) == value


def test_depth_has_an_end() -> None:
    value: list[object] = []
    for _ in range(DEPTH_MAX):
        value = [value]
    check(value)
    with pytest.raises(StrictJsonError):
        check([value])


def test_answers_keep_vietnamese_letters(small: Flask) -> None:
    assert small.json.dumps({"tên": "Mai"}) == '{"tên": "Mai"}'
