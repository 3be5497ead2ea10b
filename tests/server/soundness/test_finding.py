"""A finding counts everything and names the first."""

from __future__ import annotations

from server.soundness.finding import NAMED_MAX, Finding


def test_faults_are_counted_and_the_first_named() -> None:
    finding = Finding("feeds", examined=100)
    assert finding.sound
    for number in range(NAMED_MAX + 5):
        finding.fault(f"row {number}")
    assert finding.to_wire() == {
        "name": "feeds", "sound": False, "examined": 100, "fault_count": NAMED_MAX + 5,
        "faults": [f"row {number}" for number in range(NAMED_MAX)],
    }  # fmt: skip
