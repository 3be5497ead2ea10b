"""The merge policy of a kind."""

from __future__ import annotations

import pytest

from server import catalogue
from server.catalogue.derive import merge_policy
from server.catalogue.kind import Kind

KINDS = list(catalogue.kinds().values())


def test_start_and_duration_are_decided_together() -> None:
    policy = merge_policy(catalogue.kinds()["loudspeaker_broadcast"])
    assert policy.group_of("start_time") == ("start_time", "duration_min")
    assert policy.group_of("programme_title") == ("programme_title",)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_every_field_is_known_and_evidence_is_a_set_by_hash(kind: Kind) -> None:
    policy = merge_policy(kind)
    assert policy.known_fields == set(kind.fields)
    assert policy.set_fields == {"evidence": "sha256"}
    assert {name for group in policy.groups for name in group} <= policy.known_fields


def test_a_number_of_cards_never_loses_its_months_in_a_merge() -> None:
    policy = merge_policy(catalogue.kinds()["gifted_insurance_card"])
    assert policy.group_of("cards_count") == ("cards_count", "card_months")
