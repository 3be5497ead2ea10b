"""The key of a page: where a list goes on, as text that nobody needs to read.

Not here: the statements (`queries`).
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime

from server import problems
from server.problems import ProblemError


def to_text(changed_at: datetime, id: str) -> str:
    """The key of the page after the row with these values."""
    key = f"{changed_at.astimezone(UTC).isoformat()} {id}"
    return base64.urlsafe_b64encode(key.encode()).decode("ascii").rstrip("=")


def from_text(text: str) -> tuple[datetime, str]:
    """Reads `to_text`. Raises `invalid` for anything else."""
    try:
        key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
        moment, _, id = key.partition(" ")
        changed_at = datetime.fromisoformat(moment)
    except (ValueError, binascii.Error) as error:
        raise _invalid() from error
    # a naive time, an offset that leaves the calendar, a text that no id has
    if changed_at.tzinfo is not UTC or not id.isprintable():
        raise _invalid()
    return changed_at, id


def _invalid() -> ProblemError:
    return ProblemError(
        problems.INVALID,
        problems=[{
            "field": "after", "code": "format", "vi": "Mốc trang không đúng.",
            "en": "Not the `next` of a page.",
        }],
    )  # fmt: skip
