from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import digest, feed
from sync.feed import Page, ScopeState, page, start_of

ROWS = st.lists(st.integers(1, 60), unique=True).map(
    lambda s: [{"id": f"r{q}", "seq": q} for q in s]
)


def test_each_change_has_its_number_and_moves_the_digest() -> None:
    made = feed.advance(ScopeState(), None, ("a", 1))
    changed = feed.advance(made, ("a", 1), ("a", 2))
    gone = feed.advance(changed, ("a", 2), None)
    assert [state.seq for state in (made, changed, gone)] == [1, 2, 3]
    assert changed.digest == digest.add(0, None, ("a", 2))
    assert gone.digest == 0


@given(ROWS, st.integers(0, 60), st.integers(1, 10))
def test_pages_read_everything_beyond_the_cursor_once(
    rows: list[dict[str, object]], cursor: int, limit: int
) -> None:
    read: list[object] = []
    more, at = True, cursor
    while more:
        found = page(rows, at, limit)
        assert len(found.rows) <= limit
        assert found.to >= at
        read += [row["seq"] for row in found.rows]
        more, at = found.more, found.to
    assert read == sorted(row["seq"] for row in rows if row["seq"] > cursor)  # type: ignore[operator, type-var]


@given(ROWS, st.integers(0, 60), st.integers(0, 60))
def test_an_older_cursor_reads_a_superset_to_the_same_end(
    rows: list[dict[str, object]], one: int, other: int
) -> None:
    older, newer = (page(rows, cursor, 100) for cursor in sorted((one, other)))
    assert all(row in older.rows for row in newer.rows)
    assert not newer.rows or older.to == newer.to


def test_without_news_the_cursor_stays() -> None:
    assert page([{"seq": 3}], 3, 10) == Page((), 3, False)


def test_a_page_without_room_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one row"):
        page([], 0, 0)


@pytest.mark.parametrize(
    ("cursor", "told", "start"), [(7, "now", 7), (7, "before", 0), (7, None, 0), (None, "now", 0)]
)
def test_a_cursor_of_another_life_means_nothing(
    cursor: int | None, told: str | None, start: int
) -> None:
    assert start_of(cursor, told, "now") == start
