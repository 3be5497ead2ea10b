"""Until when a phone that was shut out may still deliver what it had done before. Pure.

What a collaborator reported on Monday is no less true for their leaving on Tuesday; a reviewer
decides what becomes of it. Not here: what an escrow token may do (`http.credentials`), and what
becomes of operations that come by it (`activities.batch`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

#: A phone forgotten in a drawer is found within a quarter; longer would be a door left open.
ESCROW_KEPT = timedelta(days=90)


def until(
    revoked_at: datetime | None, disabled_at: datetime | None, denied_at: datetime | None
) -> datetime | None:
    """The end of the escrow of a phone that was `revoked_at`, or whose account was `disabled_at`.

    Counted from whichever came first. None: an administrator denied it, or nothing is revoked.
    """
    shut = [moment for moment in (revoked_at, disabled_at) if moment is not None]
    return min(shut) + ESCROW_KEPT if shut and denied_at is None else None
