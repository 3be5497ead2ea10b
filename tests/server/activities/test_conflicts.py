"""A conflict as a row and as the sync core knows it. Taking effect: `reviews/test_conflicts`."""

from __future__ import annotations

from datetime import datetime

from server.activities import conflicts
from server.http.actor import Actor
from sync.conflict import Conflict, FieldValue, Resolution, Standing


def test_a_row_says_what_the_core_said(now: datetime) -> None:
    actor = Actor("an", "Vàng Thị An", "collaborator", "c-00004-2025")
    kept = Conflict("amendment", "op", (FieldValue("title", "a", "b", None),), "submit")
    row = conflicts.opened("activity", kept, actor, now)
    assert conflicts.standing(row) == Standing(kept, "an", None)
    how = Resolution("answer", "values", {"title": "c"})
    ended = {**row, "resolution": conflicts.ended("op", how, actor, now)["how"]}
    assert conflicts.standing(ended) == Standing(kept, "an", how)
