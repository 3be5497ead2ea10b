"""What activities count for; the mechanics stand in the shared vectors."""

from __future__ import annotations

from typing import Any

import pytest

from server import catalogue
from server.catalogue.derive import Count, counts

COMMUNE = "c-00004-2025"


def counted(kind_id: str, **changes: Any) -> dict[str, list[Count]]:
    """What the kind's example with some changes counts for, by code."""
    kind = catalogue.kinds()[kind_id]
    found: dict[str, list[Count]] = {}
    for count in counts(kind, {**kind.example, **changes}, {}, COMMUNE):
        found.setdefault(count.code, []).append(count)
    return found


def test_a_broadcast_is_one_however_many_clusters_aired_it() -> None:
    assert counted("loudspeaker_broadcast", clusters_on_air=90)["I.4"] == [Count("I.4", 1)]


def test_only_a_broadcast_on_voluntary_insurance_serves_the_weekly_target() -> None:
    assert "voluntary_si_broadcasts" in counted("loudspeaker_broadcast")
    assert "voluntary_si_broadcasts" not in counted("loudspeaker_broadcast", topics=["bhyt_hssv"])


def test_a_draft_that_does_not_say_its_topics_yet_counts_for_the_row_only() -> None:
    assert list(counted("loudspeaker_broadcast", topics=None)) == ["I.4"]


def test_ill_formed_values_count_for_nothing() -> None:
    assert list(counted("loudspeaker_broadcast", topics=7, peaks=[["P05"]])) == ["I.4"]


@pytest.mark.parametrize(
    ("changes", "is_counted"),
    [
        ({"venue_type": "enterprise", "audiences": ["workers"]}, True),
        ({"venue_type": "enterprise", "audiences": ["employers", "workers"]}, True),
        ({"venue_type": "enterprise", "audiences": ["journalists"]}, False),
        ({"venue_type": "office", "audiences": ["workers"]}, False),
    ],
)
def test_enterprise_conferences(changes: dict[str, Any], is_counted: bool) -> None:
    assert ("enterprise_conferences" in counted("conference", **changes)) is is_counted


def test_a_group_conference_counts_its_commune() -> None:
    found = counted("conference")["communes_with_group_conference_share"]
    assert [count.group_key for count in found] == [COMMUNE]


def test_collaborator_conferences_are_counted_by_mass_organisation() -> None:
    found = counted("conference", audiences=["collaborators"], mass_organisation="womens_union")
    assert found["collaborator_conferences"] == [
        Count("collaborator_conferences", 1, "womens_union")
    ]


def test_a_training_of_the_sector_counts_its_cluster_and_its_own_row() -> None:
    found = counted("conference", conference_form="sector_training", training_cluster="cluster_2")
    assert found["training_clusters"] == [Count("training_clusters", 1, "cluster_2")]
    assert "I.1.1" in found
    assert "I.1.2" not in found


@pytest.mark.parametrize("kind_id", ["roadshow_booth", "campaign_wave"])
def test_a_campaign_counts_its_window(kind_id: str) -> None:
    assert counted(kind_id)["campaign_waves"] == [Count("campaign_waves", 1, "W10-12")]
    assert "campaign_waves" not in counted(kind_id, wave=None)


def test_leaflets_are_counted_by_copies_and_designs_by_products() -> None:
    assert counted("leaflet_handout", copies_count=500)["I.5.1.b"] == [Count("I.5.1.b", 500)]
    assert "I.5.1.a" in counted("media_product", product_form="leaflet_design")


def test_a_prime_slot_counts_on_air_only() -> None:
    assert "I.3.3" in counted("press_item")
    assert "I.3.3" not in counted("press_item", medium="newspaper")
