"""Lenient about the batch, strict about each operation."""

from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.exchange import parsing
from server.exchange.parsing import Refused
from server.http.decode import StrictJsonError
from sync.operation import Operation
from tests.factories.activities import wire


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b'{"a":1}x'])
def test_what_is_no_json_fails_the_request(body: bytes) -> None:
    with pytest.raises(StrictJsonError):
        parsing.loads(body)


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "1e400", "1" * 5000, '"\\u0000"', '"\\udc00"', '{"a":1,"a":1}',
             "[" * 12 + "]" * 12],
)  # fmt: skip
def test_poison_is_found_where_it_stands(text: str) -> None:
    good = json.dumps(wire())
    bad = json.dumps(wire(captured={"x": "HERE"})).replace('"HERE"', text)
    message = parsing.loads(f"[{good}, {bad}]".encode())
    first, second = message.value
    assert message.suspect or text.startswith("[")  # depth is found with the envelope
    assert isinstance(parsing.read_operation(first), Operation)
    refused = parsing.read_operation(second)
    assert isinstance(refused, Refused)
    assert refused.reason == "malformed"
    assert refused.id == second["id"]
    assert refused.text.isascii()
    again = parsing.read_operation(parsing.loads(bad.encode()).value)
    assert isinstance(again, Refused)
    assert again.hash == refused.hash


@pytest.mark.parametrize("raw", [None, 7, [], {"id": "short"}, {"id": 5}, "text"])
def test_an_operation_without_an_id_is_still_answered(raw: object) -> None:
    refused = parsing.read_operation(raw)
    assert isinstance(refused, Refused)
    assert refused.id is None


@pytest.mark.parametrize("text", ['{"device": NaN}', '{"app": "\\u0000"}', '{"a": 1, "a": 2}'])
def test_poison_in_the_envelope_fails_the_request(text: str) -> None:
    with pytest.raises(StrictJsonError):
        parsing.check_envelope(parsing.loads(text.encode()))


def test_poison_in_an_operation_does_not() -> None:
    parsing.check_envelope(parsing.loads(b'{"operations": [NaN]}'))


def test_an_ordinary_message_is_not_searched() -> None:
    message = parsing.loads(json.dumps([wire()], ensure_ascii=False).encode())
    assert not message.suspect
    assert isinstance(parsing.read_operation(message.value[0], message.suspect), Operation)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)


@given(JSON, st.booleans())
def test_the_quick_way_says_what_the_careful_one_says(value: object, compact: bool) -> None:
    separators = (",", ":") if compact else (", ", ": ")
    text = json.dumps(value, ensure_ascii=False, separators=separators)
    body = text.encode("utf-8", "surrogatepass")
    quick = parsing._plain(body)
    if quick is not None:
        careful = parsing._read_with_care(body)
        assert not careful.suspect
        assert orjson.dumps(careful.value) == orjson.dumps(quick.value)


@pytest.mark.parametrize(
    "body",
    [b'{"a":1,"a":2}', b'{"a":{"b":1,"b":1}}', b"[1e400]", b"[NaN]", b"[9007199254740993]",
     b'["\\u0000"]', b'["\\ud800"]', b'{"a": 1}', b"[" * 2000 + b"]" * 2000, b'{"a":1e16}',
     b'[1.0E5]', b'["\xff"]', b""],
)  # fmt: skip
def test_whatever_may_be_wrong_is_read_with_care(body: bytes) -> None:
    assert parsing._plain(body) is None


def test_what_phones_write_is_read_at_once() -> None:
    written = json.dumps([wire(), wire("edit", set={"note": "Xã 😀", "lat": 10.25})],
                         ensure_ascii=False, separators=(",", ":")).encode()  # fmt: skip
    assert parsing._plain(written) is not None
