"""The recording that the field app replays is what the replica does today."""

from __future__ import annotations

from tests.sync import outbox_vectors
from tests.sync.vectors import load


def test_the_recording_is_current() -> None:
    assert outbox_vectors.document() == load("outbox.json"), (
        "the replica does otherwise: look why, then python -m tests.sync.outbox_vectors"
    )


def test_the_order_inside_an_activity_is_kept() -> None:
    for case in load("outbox.json")["cases"]:
        for step in case["steps"]:
            of: dict[str, list[int]] = {}
            for wire in step.get("operations", []):
                of.setdefault(wire["activity"], []).append(wire["n"])
            assert all(numbers == sorted(numbers) for numbers in of.values()), case["name"]
