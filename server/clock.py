"""What time it is. The only place that asks the machine; everything else is given `now`.

Not here: any arithmetic on dates. Times are aware and in UTC; a date of the field is a date in
Việt Nam (`VIETNAM`), which has had no daylight saving since 1975.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")

_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)


def now() -> datetime:
    """The present moment, aware, UTC, whole milliseconds."""
    moment = _frozen.get() or datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def today_in_vietnam(moment: datetime) -> date:
    """The calendar day in Việt Nam at `moment`."""
    return moment.astimezone(VIETNAM).date()


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Within this block the clock stands at `moment` (tests, demo data)."""
    assert moment.tzinfo is not None, "a naive time means nothing here"
    token = _frozen.set(moment)
    try:
        yield
    finally:
        _frozen.reset(token)
