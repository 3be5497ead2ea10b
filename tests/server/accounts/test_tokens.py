"""Secrets that machines hold."""

from __future__ import annotations

from server.accounts.tokens import hash_token, keyed_hash, new_token


def test_tokens_are_long_and_never_the_same() -> None:
    made = {new_token() for _ in range(200)}
    assert len(made) == 200
    assert {len(token) for token in made} == {43}


def test_hash_is_fixed_and_takes_any_text() -> None:
    assert hash_token("a") == hash_token("a") != hash_token("b")
    assert len(hash_token("\ud800")) == 64


def test_keyed_hash_depends_on_key_purpose_and_value() -> None:
    hashes = {keyed_hash(key, purpose, value) for key in "ab" for purpose in "cd" for value in "ef"}
    assert len(hashes) == 8
