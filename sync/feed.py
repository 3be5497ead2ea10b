"""The feed as arithmetic: counters of a scope, and pages of rows beyond a cursor (PROTOCOL.md 2).

A feed is state, not a log: each row bears its latest `seq`, so fifty edits are sent once. Not
here: locks and statements (`change_feed`), and who may read a scope.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sync import digest as digests

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ScopeState:
    """The last number given in a scope and the sum over its live rows."""

    seq: int = 0
    digest: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """`to` is the largest seq among `rows` (the cursor itself if there are none), never a counter
    read elsewhere: a row written meanwhile would be skipped for ever."""

    rows: tuple[Row, ...]
    to: int
    more: bool


def advance(
    state: ScopeState, before: digests.Side | None, after: digests.Side | None
) -> ScopeState:
    """The scope after one row changed; the row's seq is the new `seq`."""
    return ScopeState(state.seq + 1, digests.add(state.digest, before, after))


def page(rows: Iterable[Row], cursor: int, limit: int) -> Page:
    """At most `limit` rows beyond `cursor`, by seq.

    `rows` may come from several tables and unsorted; of each table it must hold all rows beyond
    the cursor or the `limit + 1` first ones.
    """
    if limit < 1:
        raise ValueError("a page has at least one row")
    beyond = sorted((row for row in rows if row["seq"] > cursor), key=_seq)
    shown = tuple(beyond[:limit])
    return Page(shown, shown[-1]["seq"] if shown else cursor, len(beyond) > limit)


def start_of(cursor: int | None, told: str | None, incarnation: str) -> int:
    """Where a page begins: cursors of another life of the database mean nothing, so 0."""
    return cursor or 0 if told == incarnation else 0


def _seq(row: Row) -> int:
    seq: int = row["seq"]
    return seq
