"""A time signed by the server, which a phone keeps and shows later.

A phone whose clock is wrong can prove that something happened after it held a beacon. Not here:
estimating when it happened (`sync.capture`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from itsdangerous import BadSignature, Signer

_SALT = "beacon"


def issue(secret_key: str, now: datetime) -> str:
    """`<milliseconds since 1970>.<signature>`."""
    return Signer(secret_key, salt=_SALT).sign(str(int(now.timestamp() * 1000))).decode("ascii")


@lru_cache(maxsize=1024)  # all that a phone did since its last sync bears the same one
def read(secret_key: str, text: str) -> datetime | None:
    """The time in a beacon of ours; None for any other text."""
    try:
        milliseconds = int(Signer(secret_key, salt=_SALT).unsign(text))
    except (BadSignature, ValueError):
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
