"""The catalogue as a whole: every row of the annex can be reported, every example can be sent."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import yaml

from server import catalogue
from server.catalogue.derive import counts
from server.catalogue.derive.validation import validate, warnings
from server.catalogue.kind import Kind
from tests.server.catalogue.vectors import photos

PLAN = yaml.safe_load(
    (Path(__file__).parents[3] / "server/plans/data/annex-ii-2025.yaml").read_text("utf-8")
)
ROWS = {row["code"]: row for row in PLAN["rows"]}
TARGETS = {target["metric"]: target for row in PLAN["rows"] for target in row["targets"]}
KINDS = list(catalogue.kinds().values())


#: Counted by group for a list of their own; the annex asks nothing of them.
BY_GROUP = ("leaflet_run",)


def test_the_annexs_21_rows_and_7_targets_are_counted_by_some_kind() -> None:
    codes = {count.code for kind in KINDS for count in kind.counts}
    assert (len(ROWS), len(TARGETS)) == (21, 7)
    assert codes == {*ROWS, *TARGETS, *BY_GROUP}


def test_peaks_and_waves_are_the_annexs_own() -> None:
    peaks = {period["id"] for period in ROWS["II.1"]["timing"]["periods"]}
    windows = {window["id"] for window in TARGETS["campaign_waves"]["windows"]}
    fields = catalogue.kinds()["loudspeaker_broadcast"].fields
    assert {option.id for option in fields["peaks"].options} == peaks
    assert {option.id for option in fields["wave"].options} == windows


def test_the_kinds_named_by_the_product_are_there_in_order_of_use() -> None:
    assert list(catalogue.kinds())[:3] == [
        "loudspeaker_broadcast",
        "roadshow_booth",
        "gifted_insurance_card",
    ]
    assert len(KINDS) == 21


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
@pytest.mark.parametrize("today", [date(2026, 11, 1), date(2027, 3, 1)])
def test_an_example_with_one_photo_can_be_sent(kind: Kind, today: date) -> None:
    assert validate(kind, kind.example, {"evidence": photos(1)}, "submitted", today) == []
    assert warnings(kind, kind.example, today) == []
    assert kind.example["event_date"].startswith("2026-")
    assert counts(kind, kind.example, {})


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_a_label_never_stands_twice_in_a_form(kind: Kind) -> None:
    for language in ("vi", "en"):
        labels = [getattr(field.label, language) for field in kind.fields.values()]
        assert sorted(labels) == sorted(set(labels))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_the_form_stays_short(kind: Kind) -> None:
    """What must be filled fits a phone's patience; folded sections ask for nothing."""
    required = [field.id for field in kind.fields.values() if field.required]
    assert len(required) <= 9
    folded = [name for section in kind.sections if section.folded for name in section.fields]
    assert not set(required) & set(folded)


def test_no_kind_asks_for_ethnicity_health_or_a_recipients_name() -> None:
    names = " ".join(name for kind in KINDS for name in kind.fields)
    for forbidden in ("ethnic", "illness", "disease", "recipient_name", "identity", "birth"):
        assert forbidden not in names


def test_the_version_is_of_the_content_and_as_json_a_copy() -> None:
    first = catalogue.as_json()
    assert first["version"] == catalogue.version()
    assert [kind["id"] for kind in first["kinds"]] == list(catalogue.kinds())
    first["kinds"].clear()
    assert catalogue.as_json()["kinds"]
    json.dumps(catalogue.as_json(), allow_nan=False)


def test_codes_that_count_groups_are_known() -> None:
    assert catalogue.distinct_codes() == {
        "II.1",
        "campaign_waves",
        "communes_with_group_conference_share",
        "themed_peaks",
        "training_clusters",
    }


def test_a_code_counts_groups_everywhere_or_nowhere() -> None:
    for kind in KINDS:
        for count in kind.counts:
            assert count.distinct == (count.code in catalogue.distinct_codes()), kind.id
