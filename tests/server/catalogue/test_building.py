"""From a declaration to a kind."""

from __future__ import annotations

from typing import Any

import pytest

from server.catalogue.kind import Text
from server.catalogue.reader import CatalogueError
from tests.server.catalogue.declarations import declare, with_field


def test_shared_fields_and_options_are_put_in() -> None:
    kind = declare()
    assert kind.fields["event_date"].label == Text("Ngày", "Date")
    assert [option.id for option in kind.fields["topics"].options] == ["a"]


def test_a_used_field_may_be_said_anew_in_part() -> None:
    sections = [
        {
            "id": "all",
            "label": {"vi": "Tất cả", "en": "All"},
            "fields": [{"use": "event_date", "label": {"vi": "Ngày phát", "en": "Aired"}}],
        }
    ]
    field = declare(sections=sections).fields["event_date"]
    assert field.label.vi == "Ngày phát"
    assert field.required


def test_every_text_and_number_has_a_limit() -> None:
    kind = declare()
    assert kind.fields["note"].max_length == 2_000
    assert (kind.fields["number"].min, kind.fields["number"].max) == (0, 10_000_000)


def test_groups_of_one_need_not_be_told() -> None:
    assert with_field(group="alone").groups == ()


@pytest.mark.parametrize(
    ("field", "complaint"),
    [
        ({"type": "colour"}, "no field type 'colour'"),
        ({"label": "Thêm"}, "'label' must be dict"),
        ({"label": {"vi": "Thêm"}}, "'en' is missing"),
        ({"options": "towns"}, "no shared options 'towns'"),
        ({"shown_if": {"field": "number"}}, "'shown_if': a comparison"),
        ({"id": "note"}, "stands twice"),
        ({"maximum": 3}, "unknown 'maximum'"),
    ],
)
def test_a_faulty_field_is_named(field: dict[str, Any], complaint: str) -> None:
    with pytest.raises(CatalogueError, match=complaint) as caught:
        with_field(**field)
    assert str(caught.value).startswith("sample.yaml sections[all]")


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ({"check": "guess", "field": "number"}, "no check 'guess'"),
        ({"check": "range", "field": "number", "severity": "mild"}, "error or warning"),
        ({"check": "refuse", "field": "number"}, "needs 'when' and 'message'"),
        (
            {
                "check": "usual_value",
                "value": "number",
                "date": "event_date",
                "parts": [{"quantity": "number", "months": "number", "rates": "gold"}],
            },
            "no shared rates 'gold'",
        ),
    ],
)
def test_a_faulty_rule_is_named(rule: dict[str, Any], complaint: str) -> None:
    with pytest.raises(CatalogueError, match=complaint):
        declare(rules=[{"id": "odd", **rule}])
