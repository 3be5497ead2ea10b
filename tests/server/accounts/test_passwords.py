"""Passwords: hashed slowly, compared as people type them."""

from __future__ import annotations

import time
import unicodedata

import pytest

from server.accounts.passwords import hash_password, needs_rehash, verify_password
from server.problems import ProblemError


@pytest.fixture(scope="module")
def stored() -> str:
    return hash_password("gió mùa đông bắc")


def test_right_password_is_right_whatever_the_keyboard(stored: str) -> None:
    assert stored.startswith("$argon2id$")
    assert verify_password(stored, "gió mùa đông bắc")
    assert verify_password(stored, unicodedata.normalize("NFD", "gió mùa đông bắc"))
    assert not verify_password(stored, "gio mua dong bac")
    assert not needs_rehash(stored)


def test_nothing_stored_is_wrong_and_takes_as_long(stored: str) -> None:
    verify_password(None, "một mật khẩu nào đó")  # makes the dummy
    started = time.perf_counter()
    assert not verify_password(stored, "một mật khẩu nào đó")
    with_account = time.perf_counter() - started
    started = time.perf_counter()
    assert not verify_password(None, "một mật khẩu nào đó")
    without = time.perf_counter() - started
    assert without > with_account / 4  # generous: other work shares the machine


@pytest.mark.parametrize("password", ["", "ngắn quá", "x" * 257])
def test_too_short_and_too_long_are_refused(password: str) -> None:
    with pytest.raises(ProblemError) as caught:
        hash_password(password)
    assert caught.value.extras["problems"][0]["field"] == "password"


def test_broken_hash_and_odd_text_are_simply_wrong(stored: str) -> None:
    assert not verify_password("no hash", "một mật khẩu nào đó")
    assert not verify_password(stored, "\ud800" * 20)
    assert not verify_password(stored, "x" * 100_000)
