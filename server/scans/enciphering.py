"""Names and numbers of people who asked for a call, unreadable in the database: AES-256-GCM.

The key is made of the installation's secret key, which lies outside the database. `context` is
bound in, so that a text put into another row does not open there.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_INFO = b"loa call-backs 1"
_NONCE_BYTES = 12


class UnreadableError(Exception):
    """Enciphered by another key, for another row, or damaged."""


def encipher(secret_key: str, context: str, values: Mapping[str, str]) -> str:
    """`values` as base64 text; another one each time."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    plain = json.dumps(dict(values), ensure_ascii=False).encode()
    sealed = AESGCM(_key(secret_key)).encrypt(nonce, plain, context.encode())
    return base64.b64encode(nonce + sealed).decode()


def decipher(secret_key: str, context: str, text: str) -> dict[str, str]:
    """What `encipher` was given. Raises `UnreadableError`."""
    try:
        raw = base64.b64decode(text, validate=True)
        plain = AESGCM(_key(secret_key)).decrypt(
            raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context.encode()
        )
    except (ValueError, InvalidTag) as error:
        raise UnreadableError from error
    found: dict[str, str] = json.loads(plain)
    return found


def _key(secret_key: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=_INFO).derive(secret_key.encode())
