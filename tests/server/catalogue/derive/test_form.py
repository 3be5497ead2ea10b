"""The form as the phone and outside programs read it."""

from __future__ import annotations

import json

from server import catalogue
from server.catalogue.derive import form_of


def test_it_has_what_the_contract_promises() -> None:
    form = form_of(catalogue.kinds()["loudspeaker_broadcast"])
    promised = {
        "id", "version", "labels", "rows", "sections", "fields", "groups", "counts", "example",
    }  # fmt: skip
    assert promised <= set(form)
    assert form["labels"]["vi"] == "Lượt phát thanh trên loa truyền thanh"
    assert form["rows"] == ["I.4", "II.1"]
    assert form["evidence"] == {"min": 1, "max": 20}


def test_a_field_says_only_what_is_so() -> None:
    form = form_of(catalogue.kinds()["loudspeaker_broadcast"])
    fields = {field["id"]: field for field in form["fields"]}
    assert fields["duration_min"] == {
        "id": "duration_min",
        "type": "integer",
        "label": {"vi": "Thời lượng", "en": "Duration"},
        "required": True,
        "min": 1,
        "max": 240,
        "unit": {"vi": "phút", "en": "minutes"},
        "group": "time",
        "suggestions": [3, 5, 10],
    }
    assert fields["repeat_of_activity"]["shown_if"] == {"field": "airing", "is": "repeat"}


def test_sections_hold_each_field_once() -> None:
    for form in catalogue.as_json()["kinds"]:
        listed = [name for section in form["sections"] for name in section["fields"]]
        assert listed == [field["id"] for field in form["fields"]]


def test_the_form_is_plain_json() -> None:
    for kind in catalogue.kinds().values():
        form = form_of(kind)
        assert json.loads(json.dumps(form, allow_nan=False)) == form
