"""Enrolment codes: short enough to type from paper, too many to guess. Pure but for randomness.

28 letters of Crockford's base32 (digits and capitals without I, L, O, U) in groups of four carry
140 random bits. What people type is normalised: small letters, spaces, dashes, O for 0, I or L
for 1. The code travels in the fragment of a link (`/#noi-may=CODE`), which browsers and the
previews of messengers never send to a server.
"""

from __future__ import annotations

import secrets

from server.accounts.tokens import hash_token

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 28
GROUP = 4
FRAGMENT = "noi-may"

_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code() -> str:
    """A fresh code, such as `7K3M-…` in seven groups."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(letters[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def normal_code(typed: str) -> str | None:
    """The 28 letters that were meant, or None when it can't be a code."""
    letters = "".join(typed.split()).replace("-", "").upper().translate(_LOOK_ALIKES)
    if len(letters) != LENGTH or not set(letters) <= set(ALPHABET):
        return None
    return letters


def hash_code(code: str) -> str:
    """What is stored of a normal code."""
    return hash_token(f"enrolment\0{code}")


def enrolment_url(public_url: str, code: str) -> str:
    """The link behind the QR code on the enrolment sheet."""
    return f"{public_url}/#{FRAGMENT}={code}"
