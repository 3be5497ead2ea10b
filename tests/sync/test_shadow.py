from __future__ import annotations

from typing import Any

from sync import digest
from sync.shadow import Shadow, where_rows_went


def row(id: str, version: int, seq: int) -> dict[str, Any]:
    return {"id": id, "version": version, "seq": seq}


def test_the_sum_follows_the_rows() -> None:
    shadow = Shadow()
    shadow.put(row("a", 1, 1))
    shadow.put(row("a", 2, 2))
    shadow.put(row("b", 1, 3))
    shadow.drop("b")
    assert shadow.sum == digest.row_hash("a", 2)


def test_old_news_changes_nothing() -> None:
    shadow = Shadow()
    shadow.put(row("a", 2, 5))
    shadow.put(row("a", 1, 4))
    assert shadow.rows["a"]["version"] == 2


def test_read_anew_an_older_number_is_no_old_news() -> None:
    """In another life of the server the numbers begin again."""
    shadow = Shadow(cursor=9)
    shadow.put(row("a", 7, 9))
    shadow.put(row("b", 1, 8))
    shadow.read_anew()
    assert shadow.may_be_old("a")
    shadow.put(row("a", 1, 1))
    assert not shadow.may_be_old("a")
    assert set(shadow.rows) == {"a", "b"}
    shadow.end_of_pages()
    assert shadow.rows == {"a": row("a", 1, 1)}
    assert shadow.sum == digest.row_hash("a", 1)


def test_what_stands_in_is_as_old_as_where_it_came_from() -> None:
    shadow = Shadow()
    shadow.carry(row("a", 7, 9), old=True)
    shadow.carry(row("b", 1, 8), old=False)
    assert (shadow.may_be_old("a"), shadow.may_be_old("b")) == (True, False)
    shadow.put(row("a", 1, 1))
    assert not shadow.may_be_old("a")
    assert not shadow.may_be_old("c")


def test_one_digest_is_doubted_once() -> None:
    shadow = Shadow()
    assert not shadow.doubts("0" * 16)
    assert [shadow.doubts("1" * 16), shadow.doubts("1" * 16), shadow.doubts("2" * 16)] == [
        True, False, True,
    ]  # fmt: skip


def test_a_copy_is_apart() -> None:
    shadow = Shadow()
    twin = shadow.copy()
    shadow.put(row("a", 1, 1))
    assert not twin.rows


def test_a_row_that_went_on_twice_is_where_it_went_last() -> None:
    def page(id: str, to: str) -> dict[str, Any]:
        return {"rows": [{"id": id, "gone": True, "moved_to": to}, row("b", 1, 9)]}

    pages = {"second": page("a", "third"), "first": page("a", "second"), "fifth": page("c", "d")}
    assert where_rows_went(pages) == {"a": "third", "c": "d"}
    assert where_rows_went({"third": {"rows": [row("a", 1, 1), {"id": "x", "gone": True}]}}) == {}
