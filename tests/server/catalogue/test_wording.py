"""Sentences for people; most are compared by the shared vectors."""

from __future__ import annotations

import pytest

from server.catalogue.wording import inner, number_text


@pytest.mark.parametrize(
    ("label", "inside"),
    [
        ("Thời lượng", "thời lượng"),
        ("BHXH cơ sở", "BHXH cơ sở"),
        ("Ô tô", "ô tô"),
        ("Đài phát", "đài phát"),
        ("A", "a"),
        ("", ""),
    ],
)
def test_a_label_inside_a_sentence(label: str, inside: str) -> None:
    assert inner(label) == inside


def test_numbers_are_written_as_people_read_them() -> None:
    assert number_text(1_263_600, "vi") == "1.263.600"
    assert number_text(1_263_600, "en") == "1,263,600"
    assert number_text(999, "vi") == "999"
