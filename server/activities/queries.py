"""The only readers of activities for other rooms. INTERIM signatures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

#: (account id of the uploader, sha256) -> {"verified": bool, …} of photos that the server knows
EvidenceStates = Callable[
    [Session, Iterable[tuple[str, str]]], Mapping[tuple[str, str], dict[str, Any]]
]


def register_evidence_states(read: EvidenceStates) -> None:
    """Let the room of evidence, which lies above, tell what it holds of each photo."""
    raise NotImplementedError


def get(session: Session, activity_id: str, *, lock: bool = False) -> Row[Any] | None:
    """The row of `activity`, locked to the end of the transaction if asked."""
    raise NotImplementedError


def wire_rows(session: Session, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """Rows of `activity` in the shape of the feed, with conflicts and states of evidence."""
    raise NotImplementedError
