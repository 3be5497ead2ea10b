"""The page of states says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from server.cli.states import page

ROOT = Path(__file__).parents[3]


def cells(row: str) -> list[str]:
    line = next(line for line in page().splitlines() if line.startswith(f"| {row} |"))
    return [cell.strip() for cell in line.split("|")[2:-1]]


def test_an_edit_in_every_status() -> None:
    assert cells("edit") == [
        "retry: unknown_activity", "applied", "applied", "applied", "conflict: amendment",
        "parked: appeal", "conflict: withdrawal",
    ]  # fmt: skip


def test_decisions_are_possible_once_submitted() -> None:
    assert cells("reviewer: approve") == ["", "no", "→ **approved**", "no", "no", "no", "no"]


def test_approved_content_is_never_the_authors_to_decide() -> None:
    assert cells("amendment: author takes proposed")[3] == "parked: no_permission"
    assert cells("amendment: reviewer takes proposed")[3] == "applied"


def test_what_the_phone_keeps() -> None:
    assert cells("`applied`, `merged` or `conflict`") == ["kept", "kept", "let go of", "outbox"]
    assert cells("no answer") == ["outbox"] * 4


def test_the_diagram_shows_the_way_of_an_activity() -> None:
    for arrow in ("[*] --> draft: create", "submitted --> approved: approve"):
        assert arrow in page()


def test_photos_have_the_states_that_the_field_app_has() -> None:
    source = (ROOT / "pwa/src/store/records.ts").read_text(encoding="utf-8")
    (declared,) = re.findall(r"type PhotoState = (.*);", source)
    part = page().partition("## A photo on the phone")[2].partition("##")[0]
    shown = {word for pair in re.findall(r"(\w+) --> (\w+):", part) for word in pair}
    assert shown == set(re.findall(r'"(\w+)"', declared))
