"""Columns of lists and exports, and what stands in a cell."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from server import catalogue
from server.catalogue.derive.table import cell_text, columns

BOOTH = catalogue.kinds()["roadshow_booth"]


def test_a_list_shows_the_chosen_columns_first_and_an_export_all() -> None:
    found = columns(BOOTH)
    assert [column.id for column in found if column.in_list] == list(BOOTH.columns)
    assert {column.id for column in found} == set(BOOTH.fields)
    assert next(column for column in found if column.id == "reached_people").is_number


@pytest.mark.parametrize(
    ("name", "value", "language", "text"),
    [
        ("event_date", "2026-10-18", "vi", "18/10/2026"),
        ("start_time", "07:30", "vi", "07:30"),
        ("reached_people", 1263600, "vi", "1.263.600"),
        ("reached_people", 1263600, "en", "1,263,600"),
        ("place_type", "market", "vi", "Chợ"),
        ("place_type", "market", "en", "Market"),
        ("place_type", "no_longer_declared", "vi", "no_longer_declared"),
        ("topics", ["bhtn", "luat_moi"], "vi", "Bảo hiểm thất nghiệp; Luật mới"),
        ("position", {"lat_cdeg": 2103, "lon_cdeg": 10585}, "vi", "21.03, 105.85"),
        ("note", None, "vi", ""),
    ],
)
def test_a_cell(name: str, value: Any, language: Literal["vi", "en"], text: str) -> None:
    assert cell_text(BOOTH.fields[name], value, language) == text


def test_a_short_code_in_groups_as_printed() -> None:
    field = catalogue.kinds()["leaflet_handout"].fields["print_run"]
    assert cell_text(field, "YPRPA8MHV", "vi") == "YPR-PA8-MHV"


def test_yes_and_no() -> None:
    field = catalogue.kinds()["conference"].fields["real_case_shared"]
    assert [cell_text(field, value, "vi") for value in (True, False)] == ["Có", "Không"]
