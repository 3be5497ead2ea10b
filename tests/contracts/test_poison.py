"""Every poison value in every place: the same verdict on both databases, and nobody else stopped.

The places are made from the catalogue: each field that any kind declares, the members of a photo,
of the envelope, of the clocks, of the request. The values are what SQLite takes and PostgreSQL
does not, what JSON readers disagree about, and what merely is of the wrong type. Not here: drafts,
and texts that are no JSON at all (`tests/server/http`).
"""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server import catalogue
from server.app import create_app
from server.database import db
from server.settings import from_environment
from tests.conftest import NOW
from tests.factories.accounts import bearer, make_account, make_device
from tests.factories.activities import KIND, SCOPE, example, photo
from tests.support.databases import Templates

#: As they stand in the text of a request: some are no JSON, and that is the point.
POISON = {
    "nul": r'"a\u0000b"',
    "nul_key": r'{"a\u0000b": 1}',
    "surrogate": r'"\ud800"',
    "surrogate_reversed": r'"\udc00\ud800"',
    "surrogate_key": r'{"\udfff": 1}',
    "noncharacter": r'"\ufffe\uffff"',
    "last_letter": r'"\udbff\udfff"',
    "bidi": r'"\u202eabc\u2066"',
    "line_separators": r'"a\u2028b\u2029c\u0085d"',
    "controls": r'"\u0001\u001b[31m\u007f"',
    "nan": "NaN",
    "infinity": "Infinity",
    "minus_infinity": "-Infinity",
    "beyond_float": "1e999",
    "large_float": "1e308",
    "tiny_float": "5e-324",
    "half": "0.5",
    "minus_zero": "-0.0",
    "whole_float": "3.0",
    "beyond_exact": "9007199254740993",
    "int64_and_one": "9223372036854775808",
    "minus_large": "-9223372036854775809",
    "digits": "9" * 5000,
    "minus_one": "-1",
    "zero": "0",
    "true": "true",
    "null": "null",
    "empty": '""',
    "space": '" "',
    "number_text": '"12"',
    "day_zero": '"0000-00-00"',
    "day_far": '"294277-01-01"',
    "day_none": '"2026-02-30"',
    "day_before": '"-0001-01-01"',
    "time_none": '"24:60"',
    "moment_far": '"9999-12-31T23:59:59-23:59"',
    "list": "[]",
    "list_of_null": "[null]",
    "list_twice": '["vi", "vi"]',
    "object": "{}",
    "same_key_twice": '{"a": 1, "a": 2}',
    "proto": '{"__proto__": {"x": 1}}',
    "beyond_float_lower": "1e400",
    "two_to_the_60th": "1152921504606846976",
    "deep": "[" * 12 + "]" * 12,
    "deep_object": '{"a":' * 12 + "1" + "}" * 12,
    "long": json.dumps("x" * 70_000),
    "decomposed": r'"Xa\u0303"',
    "script": r'"<script>alert(1)<\/script>"',
    "formula": '"=1+1"',
    "sql": '''"'; DROP TABLE activity; --"''',
}
_HERE = "@@here@@"
BATCH, BATCH_CHARS = 150, 3_000_000

_ENVELOPE = (
    "id", "activity", "type", "scope", "kind", "kind_version", "base", "incarnation", "set", "was",
    "add", "remove", "after", "n", "captured", "resolve", "instead", "also", "protocol",
    "some_new_member",
)  # fmt: skip
_CAPTURED = ("wall", "monotonic_ms", "boot", "beacon", "another")
_ELEMENT = (
    "sha256", "size", "media_type", "width", "height", "captured", "source", "placeholder", "more",
)  # fmt: skip
_REQUEST = (
    "protocol", "device", "epoch", "last_n", "app", "catalogue", "unsent", "incarnation", "cursors",
    "digests", "operations", "max_rows", "clock", "some_new_member",
)  # fmt: skip


def _id(number: int) -> str:
    return f"019acb00-0000-7000-8000-{number:012x}"


def _fields() -> dict[str, tuple[str, str]]:
    """A field of each type: type -> (kind, field). The required ones first, for they matter."""
    found: dict[str, tuple[str, str]] = {}
    for kind in catalogue.kinds().values():
        for field in sorted(kind.fields.values(), key=lambda each: not each.required):
            found.setdefault(field.type, (kind.id, field.id))
    return found


def _operation(number: int, type: str = "create", **members: Any) -> dict[str, Any]:
    kind = members.get("kind", KIND)
    content = {"set": example(kind), "add": {"evidence": [photo()]}} if type == "create" else {}
    return {
        "id": _id(2 * number), "activity": _id(2 * number + 1), "type": type, "scope": SCOPE,
        "kind": kind, "kind_version": 1, "base": None, "incarnation": None, "set": {}, "was": {},
        "add": {}, "remove": {}, "after": None, "n": None,
        "captured": {"wall": "2026-11-20T07:01:09+07:00", "monotonic_ms": 1, "boot": "b"},
        **content, **members,
    }  # fmt: skip


def _in_fields(number: Iterator[int]) -> Iterator[tuple[str, dict[str, Any]]]:
    """New activities with one field poisoned, of each type; with all fields of a kind poisoned,
    whose outcome names the problem of each; edits that say to have seen poison."""
    for type, (kind, field) in _fields().items():
        values = {**example(kind), field: _HERE}
        yield f"set {type}", _operation(next(number), kind=kind, set=values)
    for kind, declared in catalogue.kinds().items():
        values = dict.fromkeys(declared.fields, _HERE)
        yield f"set all of {kind}", _operation(next(number), kind=kind, set=values)
    known = {"activity": _id(1), "base": 1, "scope": SCOPE}
    yield "was", _operation(next(number), "edit", **known, set={"note": "x"}, was={"note": _HERE})
    yield "extra", _operation(next(number), "edit", **known, set={"colour": _HERE})
    yield "name", _operation(next(number), "edit", **known, set={"colour": 1, _HERE: 1})


def _elsewhere(number: Iterator[int]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in _ENVELOPE:
        yield name, {**_operation(next(number)), name: _HERE}
    for name in _CAPTURED:
        yield f"captured {name}", _operation(next(number), captured={name: _HERE})
    for name in _ELEMENT:
        element = {**photo(), name: _HERE}
        yield f"element {name}", _operation(next(number), add={"evidence": [element]})
    for name in ("add", "remove"):
        for inside in (_HERE, [_HERE]):
            yield f"{name} inside", _operation(next(number), **{name: {"evidence": inside}})
            yield f"{name} unknown", _operation(next(number), **{name: {"lines": inside}})
    yield "all of it", {_HERE: _HERE}


def _text(operation: dict[str, Any], poison: str) -> str:
    text = json.dumps(operation)
    if operation == {_HERE: _HERE}:
        return poison
    # A name must be a string; other values stand there as text
    name = poison if poison.startswith('"') else json.dumps(poison[:60])
    return text.replace(f'"{_HERE}":', f"{name}:").replace(f'"{_HERE}"', poison)


def _batches(places: Any) -> Iterator[tuple[list[str], str]]:
    """Requests of many poisoned operations with a sound one at each end: labels and text."""
    number = itertools.count(10)
    made: list[tuple[str, str]] = []
    for code, poison in POISON.items():
        made += [(f"{code} in {place}", _text(of, poison)) for place, of in places(number)]
    while made:
        sizes = itertools.accumulate(len(text) for _, text in made)
        room = max(1, sum(size <= BATCH_CHARS for size in sizes))
        part, made = made[: min(BATCH, room)], made[min(BATCH, room) :]
        sound = [json.dumps(_operation(next(number))) for _ in "ab"]
        texts = [sound[0], *(text for _, text in part), sound[1]]
        yield ["sound", *(label for label, _ in part), "sound"], ",".join(texts)


class _Server:
    """The whole application over one database, with a phone of the usual commune."""

    def __init__(self, url: str, folder: Path) -> None:
        environment = {"LOA_DATA_DIR": str(folder), "LOA_SECRET_KEY": "k" * 48}
        settings = dataclasses.replace(from_environment(environment), database_url=url)
        self.app = create_app(settings)
        self.app.testing = True
        self.client = self.app.test_client()
        with self.app.app_context():
            session = db.session()
            account = make_account(session, NOW)
            _, token = make_device(session, NOW, account)
            # Beyond all there is: what these tests ask is how things go in
            self.cursors = dict.fromkeys((SCOPE, f"account:{account.id}", "reference"), 2**53 - 1)
            db.session.remove()
        self.headers = bearer(token)
        self.push(json.dumps(_operation(0)))

    def push(self, operations: str) -> tuple[int, dict[str, Any]]:
        """Send operations, given as the members of a JSON list."""
        cursors = json.dumps(self.cursors)
        body = f'{{"protocol": 1, "cursors": {cursors}, "operations": [{operations}]}}'
        return self.post(body.encode("ascii"))

    def post(self, body: bytes) -> tuple[int, dict[str, Any]]:
        """Status and content of an answer."""
        with self.app.app_context():
            response = self.client.post(
                "/api/v1/sync", data=body, headers=self.headers, content_type="application/json"
            )
            found: dict[str, Any] = json.loads(response.data)
            db.session.remove()
        return response.status_code, found

    def end(self) -> None:
        with self.app.app_context():
            db.engine.dispose()


@pytest.fixture
def servers(
    sqlite_templates: Templates, postgres_templates: Templates, tmp_path: Path
) -> Iterator[tuple[_Server, _Server]]:
    with sqlite_templates.fresh() as sqlite, postgres_templates.fresh() as postgres:
        both = (_Server(sqlite, tmp_path / "s"), _Server(postgres, tmp_path / "p"))
        yield both
        for server in both:
            server.end()


def _compare(servers: tuple[_Server, _Server], places: Any) -> dict[str, str]:
    """Send all to both; returns label -> outcome. Every answer is the same, byte for byte."""
    verdicts: dict[str, str] = {}
    for labels, texts in _batches(places):
        answers = [server.push(texts) for server in servers]
        assert [status for status, _ in answers] == [200, 200], labels
        told, other = (
            [json.dumps(each, ensure_ascii=True) for each in answer["outcomes"]]
            for _, answer in answers
        )
        assert len(told) == len(labels)
        differing = [
            each for each in zip(labels, told, other, strict=True) if each[1] != each[2]
        ]  # fmt: skip
        assert differing == []
        assert "bug" not in {each["reason"] for each in answers[0][1]["outcomes"]}
        found = [each["outcome"] for each in answers[0][1]["outcomes"]]
        assert (found[0], found[-1]) == ("applied", "applied"), labels
        verdicts |= dict(zip(labels[1:-1], found[1:-1], strict=True))
    return verdicts


def test_poison_in_every_field(servers: tuple[_Server, _Server]) -> None:
    verdicts = _compare(servers, _in_fields)
    assert len(verdicts) == len(POISON) * (len(_fields()) + len(catalogue.kinds()) + 3)
    assert set(verdicts.values()) <= {"applied", "merged", "conflict", "parked"}
    for code in ("nul", "surrogate", "nan", "beyond_float", "same_key_twice", "deep", "digits"):
        stopped = {verdicts[label] for label in verdicts if label.startswith(f"{code} in set")}
        assert stopped == {"parked"}, code


def test_poison_in_everything_else(servers: tuple[_Server, _Server]) -> None:
    verdicts = _compare(servers, _elsewhere)
    # `retry` only where a newer app may be speaking, or the activity is yet to come
    waiting = {label.partition(" in ")[2] for label, told in verdicts.items() if told == "retry"}
    assert waiting <= {"protocol", "kind", "type", "after", "captured"}


def test_poison_in_the_request(servers: tuple[_Server, _Server]) -> None:
    """The message itself is refused whole, and alike; what it does not know it leaves alone."""
    seen: dict[int, int] = {}
    for name in _REQUEST:
        for code, poison in POISON.items():
            parts = {"protocol": "1", "operations": "[]", "max_rows": "1", name: poison}
            body = "{" + ",".join(f'"{key}": {value}' for key, value in parts.items()) + "}"
            answers = [server.post(body.encode("ascii")) for server in servers]
            (status, told), (other, told_other) = answers
            assert (status, told.get("type")) == (other, told_other.get("type")), (name, code)
            assert told.get("problems") == told_other.get("problems"), (name, code)
            assert status < 500, (name, code)
            seen[status] = seen.get(status, 0) + 1
    assert set(seen) <= {200, 400, 403, 422}
    assert seen[400] > 100
