"""Random secrets that machines hold: session ids, device tokens, CSRF tokens.

They carry 256 random bits, so unlike a password a fast hash is enough, and a look-up by that hash
is possible: what is stored can't be used to sign in.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """43 URL-safe characters of 256 random bits."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> str:
    """What is stored of a token: SHA-256 in hex."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def keyed_hash(key: str, purpose: str, value: str) -> str:
    """HMAC-SHA-256 in hex, for finding a value again without storing it."""
    message = f"{purpose}\0{value}".encode("utf-8", "surrogatepass")
    return hmac.new(key.encode(), message, "sha256").hexdigest()
