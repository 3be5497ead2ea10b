"""A rule tells the phone everything that it needs, under the name by which it was declared."""

from __future__ import annotations

from server import catalogue
from server.catalogue.rule_kinds import CHECKS, check_to_json, fields_checked


def test_every_kind_of_check_is_in_use_and_names_itself() -> None:
    rules = [rule for kind in catalogue.kinds().values() for rule in kind.rules]
    words = {check_to_json(rule.check)["check"] for rule in rules}
    assert words == set(CHECKS)


def test_a_problem_is_shown_at_the_first_field_checked() -> None:
    broadcast = catalogue.kinds()["gifted_insurance_card"]
    given = next(rule for rule in broadcast.rules if rule.id == "something_given")
    assert fields_checked(given.check)[0] == "cards_count"


def test_rates_travel_with_the_rule() -> None:
    cards = catalogue.kinds()["gifted_insurance_card"]
    value = next(rule for rule in cards.rules if rule.id == "usual_total_value")
    first = check_to_json(value.check)["parts"][0]["rates"]
    assert first[-1] == {"from_day": "2026-07-01", "min_vnd": 34155, "max_vnd": 113850}
    # 30 % and 100 % of 4,5 % of the reference level of 2.530.000 đồng
    assert (first[-1]["min_vnd"], first[-1]["max_vnd"]) == (
        2_530_000 * 45 * 30 // 100_000,
        2_530_000 * 45 // 1_000,
    )
