"""Print runs of a commune that was merged away belong to the one that took its place.

Their documents move with the commune's feed (`change_feed.moves`). What stands on paper stays, and
so do the code and the place for which the run was printed. Whoever makes runs in that very moment
begins again (`despite_moves`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from server import problems
from server.change_feed.operations import ScopeMoved
from server.http.transaction import writing
from server.leaflets.models import PrintRun
from server.problems import ProblemError

#: No commune is merged away twice in a moment.
_TRIES = 3

Written = TypeVar("Written")


def despite_moves(write: Callable[[Session], Written]) -> Written:
    """What `write` returns, in a transaction of its own that is committed.

    Its commune may be merged away between its look and the lock: then all of it once more, and the
    second look finds the place by its new commune. Raises `overloaded` if it never does.
    """
    for _ in range(_TRIES):
        try:
            with writing() as session:
                return write(session)
        except ScopeMoved:
            continue
    raise ProblemError(problems.OVERLOADED)


def follow(session: Session, old_commune_id: str, place: Mapping[str, str | None]) -> None:
    """Let the runs of a lineage lie at `place`: {"commune_id", "province_code"}."""
    session.execute(
        update(PrintRun)
        .where(PrintRun.commune_id == old_commune_id)
        .values(**place)
        .execution_options(synchronize_session=False)
    )
