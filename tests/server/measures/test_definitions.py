"""What done, sent and approved mean, told once."""

from __future__ import annotations

from server.measures.definitions import APPROVED, DEFINITIONS, DONE, SENT, Figure
from server.plans.document import normalise, read_yaml
from server.plans.operations import FIRST_ANNEX


def test_each_sense_holds_the_next() -> None:
    assert APPROVED < SENT < DONE
    assert {"draft", "submitted", "returned", "approved"} == DONE
    assert {"submitted", "approved"} == SENT


def test_every_target_of_the_annex_has_a_definition() -> None:
    body = normalise(read_yaml(FIRST_ANNEX.read_text(encoding="utf-8")))
    metrics = {target["metric"] for row in body["rows"] for target in row["targets"]}
    assert len(metrics) == 7
    assert metrics <= set(DEFINITIONS)


def test_figures() -> None:
    assert Figure(3, 2, 1).plus(Figure(1, 1, 1)) == Figure(4, 3, 2)
    assert Figure(3, 2, 1).reaches(2) == Figure(1, 1, 0)
