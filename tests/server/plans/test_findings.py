"""All mistakes at once, each with its row."""

from __future__ import annotations

from server.plans.findings import FINDINGS_MAX, Findings


def test_a_sentence_names_its_row() -> None:
    findings = Findings()
    findings.add("I.4", "name", "Thiếu tên.", "No name.")
    findings.add(None, "plan.year", "Thiếu năm.", "No year.")
    assert [found["vi"] for found in findings.found] == ["Dòng I.4: Thiếu tên.", "Thiếu năm."]


def test_the_list_ends_somewhere() -> None:
    findings = Findings()
    for _ in range(FINDINGS_MAX + 5):
        findings.add(None, None, "x", "x")
    assert len(findings.found) == FINDINGS_MAX
