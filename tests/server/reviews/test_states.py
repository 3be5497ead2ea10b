"""The table of transitions, as a whole."""

from __future__ import annotations

from typing import get_args

from server.reviews.states import CLOSED, DECISIONS, TRANSITIONS, Status, after_decision


def test_only_what_is_submitted_can_be_decided() -> None:
    possible = {
        (status, decision): after_decision(status, decision)
        for status in get_args(Status)
        for decision in DECISIONS
    }
    assert {key: to for key, to in possible.items() if to} == {
        ("submitted", "approve"): "approved",
        ("submitted", "return"): "returned",
        ("submitted", "reject"): "rejected",
    }
    assert after_decision("submitted", "forget") is None


def test_every_closed_status_says_why_in_both_languages() -> None:
    assert set(CLOSED) == set(get_args(Status)) - {"submitted"}
    assert all(text["vi"] and text["en"] for text in CLOSED.values())


def test_every_status_is_reached_and_every_move_is_there_once() -> None:
    assert {each.to for each in TRANSITIONS} | {"draft"} == set(get_args(Status))
    keys = [(each.status, each.by, each.move) for each in TRANSITIONS]
    assert len(keys) == len(set(keys))
