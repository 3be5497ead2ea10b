"""Validation beyond the shared vectors: evidence element by element, strangers' values, OpenAPI."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from hypothesis import given
from hypothesis import strategies as st

from server import catalogue
from server.catalogue.derive.schemas import EvidenceSchema, fields_schema
from server.catalogue.derive.validation import is_plain_photo, validate, warnings
from server.catalogue.rules import read
from tests.server.catalogue.vectors import photos

TODAY = date(2026, 11, 20)
BROADCAST = catalogue.kinds()["loudspeaker_broadcast"]


ODD: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers(-5, 10**9) | st.floats() | st.text(max_size=5)
    | st.sampled_from(["a" * 64, "A" * 64, "image/jpeg", "camera", "x" * 41, "x" * 2001, [], {}])
)  # fmt: skip


@given(st.dictionaries(st.sampled_from([*EvidenceSchema().fields, "other"]), ODD), st.booleans())
def test_what_is_passed_at_a_glance_passes_the_schema(change: dict[str, Any], whole: bool) -> None:
    (element,) = photos(1).values()
    made = {**element, **change} if whole else change
    assert not is_plain_photo(made) or not EvidenceSchema().validate(made)


def test_an_ordinary_photo_is_passed_at_a_glance() -> None:
    (element,) = photos(1).values()
    assert is_plain_photo(element)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"sha256": "ABC"}, "sha256"),
        ({"sha256": "a" * 64 + "\n"}, "sha256"),
        ({"size": 0}, "size"),
        ({"size": "240000"}, "size"),
        ({"media_type": None}, "media_type"),
        ({"width": -1}, "width"),
        ({"height": 1.5}, "height"),
        ({"source": "elsewhere"}, "source"),
        ({"placeholder": "x" * 3000}, "placeholder"),
    ],
)
def test_an_ill_formed_element_of_evidence_is_named(change: dict[str, Any], named: str) -> None:
    (element,) = photos(1).values()
    sets = {"evidence": {"any": {**element, **change}}}
    (problem,) = validate(BROADCAST, {}, sets, "draft", TODAY)
    assert problem["code"] == "evidence_wrong_form"
    assert named in problem["vi"]


def test_the_optional_parts_of_evidence_are_welcome() -> None:
    (element,) = photos(1).values()
    more = {"captured": "2026-11-20T17:04:00+07:00", "source": "camera", "placeholder": "LEHV6nWB"}
    sets = {"evidence": {"any": {**element, **more, "from_the_future": 1}}}
    assert validate(BROADCAST, {}, sets, "draft", TODAY) == []


def test_an_element_that_is_no_mapping_is_a_problem_not_a_crash() -> None:
    problems = validate(BROADCAST, {}, {"evidence": {"x": "y"}}, "draft", TODAY)
    assert [problem["code"] for problem in problems] == ["evidence_wrong_form"]


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6)),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@given(
    kind=st.sampled_from(list(catalogue.kinds().values())),
    status=st.sampled_from(["draft", "submitted"]),
    data=st.data(),
)
def test_whatever_a_stranger_sends_problems_are_complete(
    kind: Any, status: str, data: st.DataObject
) -> None:
    changes = data.draw(st.dictionaries(st.sampled_from(list(kind.fields)), VALUES, max_size=5))
    fields = {**kind.example, **changes}
    problems = validate(kind, fields, {"evidence": photos(1)}, status, TODAY)
    described = fields_schema(kind)().validate(fields)
    shown = {name: [problem] for name, problem in read(kind, fields).ill_formed.items()}
    assert shown.items() <= described.items(), "the schema of OpenAPI judges alike"
    for problem in [*problems, *warnings(kind, fields, TODAY)]:
        assert set(problem) == {"field", "code", "vi", "en"}
        assert problem["field"] in {*kind.fields, "evidence"}
        assert all(problem.values())


def test_openapi_shows_limits_and_options() -> None:
    spec = APISpec("Loa", "1", "3.1.0", plugins=[MarshmallowPlugin()])
    spec.components.schema("Fields", schema=fields_schema(BROADCAST))
    spec.components.schema("Evidence", schema=EvidenceSchema)
    schemas = spec.to_dict()["components"]["schemas"]
    minutes = schemas["Fields"]["properties"]["duration_min"]
    assert (minutes["minimum"], minutes["maximum"]) == (1, 240)
    assert "fm" in schemas["Fields"]["properties"]["technology"]["enum"]
    topics = schemas["Fields"]["properties"]["topics"]
    assert "bhxh_tu_nguyen" in topics["items"]["enum"]
    assert set(schemas["Evidence"]["required"]) == {
        "sha256", "size", "media_type", "width", "height",
    }  # fmt: skip
    assert fields_schema(BROADCAST).__name__ == "LoudspeakerBroadcastFields"
