"""Finding a place by what a person types."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from server.places.search import search

BEFORE = date(2025, 6, 30)


def names(session: Session, text: str, **options: object) -> list[tuple[str, str | None]]:
    found = search(session, text, **options)  # type: ignore[arg-type]
    return [(unit.full_name, unit.province_code) for unit in found]


def test_both_look_alikes_are_offered_and_the_typed_one_first(session: Session) -> None:
    giang, giang_grave = ("Xã Cẩm Giang", "31"), ("Xã Cẩm Giàng", "31")
    for typed in ("cam giang", "xa cam giang", "Cẩm Giang, Hải Phòng"):
        assert {giang, giang_grave} <= set(names(session, typed)), typed
    assert names(session, "Cẩm Giang, hai phong")[0] == giang
    assert names(session, "Cẩm Giàng, hai phong")[0] == giang_grave


def test_look_alikes_by_short_name(session: Session) -> None:
    assert names(session, "my tho")[:2] == [("Phường Mỹ Tho", "82"), ("Xã Mỹ Thọ", "82")]
    assert names(session, "x. my tho")[0] == ("Xã Mỹ Thọ", "82")


@pytest.mark.parametrize("typed", ["hcm", "tp hcm", "TP.HCM", "thành phố hồ chí minh", "ho chi"])
def test_the_city_by_any_name(session: Session, typed: str) -> None:
    assert names(session, typed, level="province") == [("Thành phố Hồ Chí Minh", "79")]


def test_order_exact_then_beginning_then_word(session: Session) -> None:
    found = [name for name, _ in names(session, "Ba Đình", limit=50)]
    assert found[0] == "Phường Ba Đình"
    assert found.index("Xã Ba Dinh") > found.index("Xã Ba Đình")
    starts = [name.split(" ", 1)[1].startswith("Quy Nhơn") for name in
              (name for name, _ in names(session, "quy nhon"))]  # fmt: skip
    assert starts == sorted(starts, reverse=True)


def test_a_name_that_begins_like_a_type(session: Session) -> None:
    assert names(session, "tinh khe")[0] == ("Xã Tịnh Khê", "51")


def test_a_day_before_the_reform_finds_what_was_then(session: Session) -> None:
    assert names(session, "trúc bạch") == []
    assert names(session, "trúc bạch", day=BEFORE) == [("Phường Trúc Bạch", "01")]
    assert ("Phường 4", "79") in names(session, "p4", day=BEFORE, limit=100)


def test_level_limit_and_nothing(session: Session) -> None:
    assert len(names(session, "tan", limit=7)) == 7
    assert {code for _, code in names(session, "hà nội", level="province")} == {"01"}
    for nothing in ("", "  ", "%", "_", "''", "xyzzy", "\0"):
        assert names(session, nothing) == []
