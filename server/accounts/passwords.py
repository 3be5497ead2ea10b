"""Hashing and checking passwords (argon2id). Pure but for the randomness and the time it costs.

Not here: limits on tries (`attempts`), which come before any hashing.
"""

from __future__ import annotations

import functools
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server import problems
from server.accounts import tokens
from server.problems import ProblemError

PASSWORD_LENGTH_MIN = 10  # ASVS 5.0 6.2.1 asks for 8
PASSWORD_LENGTH_MAX = 256  # longer only costs us time

#: argon2id by RFC 9106's second profile (64 MiB), about 0.1 s on a small server.
_hasher = PasswordHasher()

#: Each hash takes a core and 64 MiB; more at once would starve everything else in this process.
_HASHES_AT_ONCE = 2
_HASH_WAIT_S = 10.0
_slots = threading.BoundedSemaphore(_HASHES_AT_ONCE)


def hash_password(password: str) -> str:
    """The argon2id hash. Raises `invalid` for a password too short or too long."""
    if not PASSWORD_LENGTH_MIN <= len(password) <= PASSWORD_LENGTH_MAX:
        raise ProblemError(problems.INVALID, problems=[{
            "field": "password", "code": "length",
            "vi": f"Mật khẩu dài từ {PASSWORD_LENGTH_MIN} đến {PASSWORD_LENGTH_MAX} ký tự.",
            "en": f"A password has {PASSWORD_LENGTH_MIN} to {PASSWORD_LENGTH_MAX} characters.",
        }])  # fmt: skip
    with _HashSlot():
        return _hasher.hash(_same_typing(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether `password` is right. As slow when nothing is stored, so nobody learns who is."""
    with _HashSlot():
        try:
            right = _hasher.verify(stored or _dummy_hash(), _same_typing(password))
        except (VerificationError, InvalidHashError):
            return False
    return right and stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether `stored` was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(stored)


def _same_typing(password: str) -> bytes:
    """Vietnamese keyboards send `ế` as one letter or as three: the password is the same."""
    text = unicodedata.normalize("NFC", password[: PASSWORD_LENGTH_MAX + 1])
    return text.encode("utf-8", "surrogatepass")


@functools.cache
def _dummy_hash() -> str:
    return _hasher.hash(tokens.new_token())


class _HashSlot:
    """One of the few places for a hash; `overloaded` when none falls free in time."""

    def __enter__(self) -> None:
        if not _slots.acquire(timeout=_HASH_WAIT_S):
            raise ProblemError(problems.OVERLOADED, retry_after_s=10)

    def __exit__(self, *_: object) -> None:
        _slots.release()
