"""What is on paper is never changed: the tables say so."""

from __future__ import annotations

from server.leaflets.states import RUN_MOVES, VERSION_MOVES


def test_only_a_draft_is_edited_and_nothing_leaves_withdrawn() -> None:
    assert [status for status, move in VERSION_MOVES if move == "edit"] == ["draft"]
    assert not [status for status, _ in VERSION_MOVES if status == "withdrawn"]


def test_a_run_is_stopped_and_started_again() -> None:
    assert RUN_MOVES[RUN_MOVES["active", "stop"], "start"] == "active"
    assert ("stopped", "stop") not in RUN_MOVES
