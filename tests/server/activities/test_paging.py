"""Keys of pages."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from server.activities import paging
from server.problems import ProblemError


def test_a_key_leads_back(now: datetime) -> None:
    moment = now.astimezone(timezone(timedelta(hours=7)))
    assert paging.from_text(paging.to_text(moment, "0198-x")) == (now, "0198-x")


@pytest.mark.parametrize(
    "text", ["", "x", "????", "MjAyNi0xMS0yMCAx", "w6k", "MjAyNi0xMS0yMFQwMzowMDowMCB4"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ProblemError, match="invalid"):
        paging.from_text(text)
