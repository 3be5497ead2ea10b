"""Acts over units: reading their files, working out what they do, refusing what cannot be."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from server.places.acts import ActError, read_act, work_out
from tests.factories.acts import DIVISION, MERGER, NEW_MERGER, RENAMING


def test_a_merger_under_the_code_of_one(session: Session) -> None:
    effects = work_out(session, read_act(MERGER, "m"))
    (new,) = effects.opens
    assert (new["id"], new["full_name"], new["province_code"]) == (
        "c-00004-2026", "Phường Ba Đình", "01",
    )  # fmt: skip
    assert effects.closes == {
        "c-00004-2025": date(2026, 11, 19), "c-00008-2025": date(2026, 11, 19),
    }  # fmt: skip
    assert {(link["from_id"], link["kind"], link["partial"]) for link in effects.links} == {
        ("c-00004-2025", "merge", False), ("c-00008-2025", "merge", False),
    }  # fmt: skip
    assert effects.ended == ["c-00008-2025"]
    assert effects.heirs == {"c-00008-2025": ["c-00004-2025"]}


def test_a_merger_under_a_new_code(session: Session) -> None:
    effects = work_out(session, read_act(NEW_MERGER, "m"))
    assert effects.ended == ["c-00004-2025", "c-00008-2025"]
    assert effects.heirs["c-00004-2025"] == ["c-99990-2026"]


def test_a_division(session: Session) -> None:
    effects = work_out(session, read_act(DIVISION, "d"))
    assert [row["id"] for row in effects.opens] == ["c-99991-2026", "c-99992-2026"]
    assert effects.heirs == {"c-00008-2025": ["c-99991-2026", "c-99992-2026"]}
    assert all(link["partial"] for link in effects.links)


def test_a_division_in_which_the_old_code_goes_on(session: Session) -> None:
    text = DIVISION.replace("99991", "00008")
    effects = work_out(session, read_act(text, "d"))
    assert effects.ended == []
    assert effects.heirs == {"c-00008-2025": ["c-00008-2025", "c-99992-2026"]}


def test_renaming_and_retyping(session: Session) -> None:
    effects = work_out(session, read_act(RENAMING, "r"))
    assert [(row["id"], row["full_name"]) for row in effects.opens] == [
        ("c-00008-2026", "Phường Ngọc Khánh"), ("p-04-2026", "Thành phố Cao Bằng"),
    ]  # fmt: skip
    assert [link["kind"] for link in effects.links] == ["rename", "retype"]
    assert effects.ended == []


def test_a_second_version_in_one_year(session: Session) -> None:
    text = """
date: 2026-12-01
changes: [{rename: c-07294-2025, name: Mới}]
"""
    (new,) = work_out(session, read_act(text, "r")).opens
    assert new["id"] == "c-07294-2026b"


def test_the_same_text_is_the_same_act() -> None:
    assert read_act(MERGER, "a").id == read_act(MERGER + "\n", "b").id
    assert read_act(MERGER, "a").id != read_act(NEW_MERGER, "a").id


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("date: 2026-11-20", "date: soon", "phải là ngày"),
        ("date: 2026-11-20", "date: 2025-07-01", "mới có từ"),
        ("c-00008-2025]", "c-99999-2025]", "không có đơn vị"),
        ("c-00008-2025]", "c-00007-old]", "không có đơn vị"),
        ("c-00008-2025]", "p-01-2025]", "tỉnh thì chỉ đổi được tên"),
        ("c-00008-2025]", "c-00004-2025]", "hai đơn vị khác nhau"),
        ('"00004"', '"00025"', "đã thuộc về"),
        ('"00004"', '"x"', "không hợp lệ"),
        ("phường}", "quận}", "không hợp lệ"),
        ("c-00008-2025]", "c-01273-2025]", "thuộc nhiều tỉnh"),
        ("merge:", "join:", "cần đúng một"),
        ("basis:", "basys:", "unknown 'basys'"),
        ("- merge", "- x: 1\n  - merge", "cần đúng một"),
    ],
)
def test_what_cannot_be(session: Session, old: str, new: str, why: str) -> None:
    assert old in MERGER
    with pytest.raises(ActError, match=why):
        work_out(session, read_act(MERGER.replace(old, new), "m.yaml"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (DIVISION.replace('heir: "99991"', 'heir: "1"'), "heir"),
        (DIVISION.replace("    heir: \"99991\"\n", ""), "heir"),
        (RENAMING.replace("Ngọc Khánh", "Ngọc Hà"), "đã có tên"),
        (MERGER + MERGER[MERGER.index("  - merge"):], "đã có thay đổi khác"),
        ("date: 2027-01-01\nchanges: []", "ít nhất một"),
        ("[]", "expected a mapping"),
    ],
)  # fmt: skip
def test_what_else_cannot_be(session: Session, text: str, why: str) -> None:
    with pytest.raises(ActError, match=why):
        work_out(session, read_act(text, "x.yaml"))


@pytest.mark.parametrize(
    "change",
    [
        "merge: [p-01-2025, p-04-2025]\n    into: {code: '01', name: Hà Nội, type: thành phố}",
        "split: p-01-2025\n    into: [{code: '01', name: A, type: tỉnh}, {code: '96', name: B}]",
    ],
)
def test_provinces_are_refused_with_what_becomes_of_the_work(session: Session, change: str) -> None:
    act = read_act(f"date: 2026-11-20\nchanges:\n  - {change}\n", "act.yaml")
    with pytest.raises(
        ActError, match=r"Thay đổi 1: lệnh này chỉ sáp nhập, chia xã.*bản phát hành"
    ):
        work_out(session, act)
