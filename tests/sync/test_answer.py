"""Telling an answer of ours from everything else that comes back over a bad network."""

from __future__ import annotations

import json

import pytest

from sync.answer import NoAnswer, read_answer
from tests.sync.vectors import load

ANSWER = {"incarnation": "life", "server_time": "2026-11-22T00:00:00Z", "outcomes": [],
          "changes": {}}  # fmt: skip
VECTORS = load("answers.json")
BODY = json.dumps(ANSWER).encode()


def test_a_whole_answer_is_taken() -> None:
    assert read_answer(200, "application/json", BODY) == ANSWER


def test_an_answer_cut_at_any_byte_is_none() -> None:
    for length in range(len(BODY)):
        assert read_answer(200, "application/json", BODY[:length]) == NoAnswer("portal")


@pytest.mark.parametrize(
    "body", [b"<html>Welcome</html>", b"[]", b"null", b"\xff\xfe", b"[" * 99999]
)
def test_what_a_portal_says_with_200_is_no_answer(body: bytes) -> None:
    assert read_answer(200, "text/html", body) == NoAnswer("portal")


@pytest.mark.parametrize("missing", sorted(ANSWER))
def test_an_answer_without_a_member_is_none(missing: str) -> None:
    rest = {name: value for name, value in ANSWER.items() if name != missing}
    assert read_answer(200, "application/json", json.dumps(rest).encode()) == NoAnswer("portal")


@pytest.mark.parametrize(("status", "media_type", "text", "why"), VECTORS["cases"])
def test_vector(status: int, media_type: str, text: str, why: str) -> None:
    read = read_answer(status, media_type, text.encode())
    assert (read.why if isinstance(read, NoAnswer) else "answer") == why


def test_the_wait_that_the_server_asks_for_is_kept() -> None:
    assert read_answer(429, "application/problem+json", b"{}", 30) == NoAnswer("server", 30)
