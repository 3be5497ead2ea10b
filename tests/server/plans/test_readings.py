"""What the annex leaves open, as settings."""

from __future__ import annotations

from server.plans.readings import READINGS, described, unknown_values, with_defaults


def test_what_is_not_given_is_as_suggested() -> None:
    values = with_defaults({"broadcast_scope": "province"})
    assert values["broadcast_scope"] == "province"
    assert values["week"] == "iso"
    assert values["commune_denominator"] == "last_day"
    assert values["peak_themes"] == {}


def test_only_known_options() -> None:
    assert unknown_values({"week": "iso", "peak_themes": {"P02": "Tết"}}) == []
    assert unknown_values({"week": "sunday", "loudness": "high", "broadcast_scope": 3}) == [
        "week", "loudness", "broadcast_scope",
    ]  # fmt: skip


def test_each_question_is_asked_in_both_languages_and_has_its_value() -> None:
    shown = described(with_defaults({}))
    assert [each["id"] for each in shown] == [reading.id for reading in READINGS]
    for each in shown:
        assert each["value"] in {option["id"] for option in each["options"]}
        assert each["label"]["vi"].endswith("?")
        assert each["label"]["en"].endswith("?")
